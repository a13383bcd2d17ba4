package runnertest

var Sample = sample
