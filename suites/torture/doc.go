// Package torture kills runs, has their endpoint fail them, and runs them against each other, and then looks whether anything of the user's is
// lost, and whether restore and sweep leave anything behind. It is all tests: make torture does it at every call, the tests of every day at a few.
package torture
