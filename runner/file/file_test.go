//go:build unix

package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
)

// odd makes one of every kind of file in a folder of the test's own, and returns it.
func odd(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for name, text := range map[string]string{"plain": "text", "large": "12345678901", "exact": "1234567890"} {
		must(t, os.WriteFile(at(name), []byte(text), 0o600))
	}
	must(t, os.Mkdir(at("folder"), 0o700))
	must(t, syscall.Mkfifo(at("pipe"), 0o600))
	must(t, os.Symlink("pipe", at("link-to-pipe")))
	must(t, os.Symlink("plain", at("link")))
	must(t, os.Symlink("/dev/zero", at("link-to-device")))
	// A socket's path is short on every system, the test's folder need not be.
	t.Chdir(folder)
	l, err := net.Listen("unix", "socket")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return folder
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// said is an error's text, empty without one.
func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// soon fails a test whose call hangs, which is what a named pipe does to a careless reader.
func soon(t *testing.T, call func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); call() }()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("still not back after 20 s")
	}
}

func TestReadTakesRegularFilesOnly(t *testing.T) {
	folder := odd(t)
	for _, c := range []struct{ name, text, read, input string }{
		{"plain", "text", "", ""},
		{"link", "text", "", ""},
		{"exact", "1234567890", "", ""},
		{"large", "", "larger than 10 bytes: no file of this kind is", ""},
		{"missing", "", "no such file or directory", ""},
		{"folder", "", "it is a folder, not a file", ""},
		{"pipe", "", "it is a named pipe, not a regular file: write its content to a file first", ", or give - and pipe it to standard input"},
		{"link-to-pipe", "", "it is a named pipe, not a regular file: write its content to a file first", ", or give - and pipe it to standard input"},
		{"socket", "", "it is a socket, not a regular file: write its content to a file first", ", or give - and pipe it to standard input"},
		{"link-to-device", "", "it is a device, not a regular file: write its content to a file first", ", or give - and pipe it to standard input"},
	} {
		t.Run(c.name, func(t *testing.T) {
			soon(t, func() {
				data, err := Read(filepath.Join(folder, c.name), 10)
				if string(data) != c.text || said(err) != c.read {
					t.Errorf("Read gives %q and %q, want %q and %q", data, said(err), c.text, c.read)
				}
				if data, err = Input(filepath.Join(folder, c.name), 10); string(data) != c.text || said(err) != c.read+c.input {
					t.Errorf("Input gives %q and %q, want %q and %q", data, said(err), c.text, c.read+c.input)
				}
			})
		})
	}
}

// What was a file when it was looked at may be a pipe when it is opened.
func TestReadDoesNotTrustTheFirstLook(t *testing.T) {
	folder := odd(t)
	soon(t, func() {
		f, err := os.OpenFile(filepath.Join(folder, "pipe"), os.O_RDONLY|nonblock, 0)
		must(t, err)
		if _, err := regular(f); said(err) != "it is a named pipe, not a regular file: write its content to a file first" {
			t.Errorf("got %q", said(err))
		}
	})
}

func TestMissingIsTold(t *testing.T) {
	if _, err := Read(filepath.Join(t.TempDir(), "missing"), 10); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
}

func TestInputReadsStandardInput(t *testing.T) {
	r, w, err := os.Pipe()
	must(t, err)
	stdin := os.Stdin
	t.Cleanup(func() { os.Stdin = stdin })
	os.Stdin = r
	go func() {
		defer w.Close()
		_, _ = io.WriteString(w, "from elsewhere")
	}()
	if data, err := Input(Stdin, 100); err != nil || string(data) != "from elsewhere" {
		t.Errorf("got %q, %v", data, err)
	}

	endless, err := os.Open("/dev/zero")
	must(t, err)
	defer endless.Close()
	os.Stdin = endless
	if _, err := Input(Stdin, 1<<20); said(err) != "larger than 1048576 bytes: no file of this kind is" {
		t.Errorf("got %q", said(err))
	}
}

func TestDirOpensNothingThatHangs(t *testing.T) {
	folder := odd(t)
	soon(t, func() {
		for name, want := range map[string]string{
			"pipe":           "open pipe: it is a named pipe, not a regular file: write its content to a file first",
			"link-to-device": "open link-to-device: it is a device, not a regular file: write its content to a file first",
			"../x":           "open ../x: invalid argument",
		} {
			if _, err := Dir(folder).Open(name); said(err) != want {
				t.Errorf("%s: got %q, want %q", name, said(err), want)
			}
		}
	})
}

func TestDirIsAFileSystem(t *testing.T) {
	folder := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(folder, "a", "b"), 0o700))
	for _, name := range []string{"x", "a/y", "a/b/z"} {
		must(t, os.WriteFile(filepath.Join(folder, name), []byte(name), 0o600))
	}
	if err := fstest.TestFS(Dir(folder), "x", "a/y", "a/b/z"); err != nil {
		t.Error(err)
	}
}

func TestReplace(t *testing.T) {
	folder := odd(t)
	write := func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }
	must(t, os.Chmod("plain", 0o640))
	must(t, os.Symlink("nowhere", "dangling"))
	must(t, os.Symlink("loop", "loop"))
	for _, c := range []struct{ path, holder, want string }{
		{"fresh", "fresh", ""},
		{"a/b/deep", "a/b/deep", ""},
		{"link", "plain", ""},
		{"dangling", "nowhere", ""},
		{"folder", "", "it is a folder: name a file in it"},
		{"pipe", "", "it is a named pipe: name a regular file, or - for standard output"},
		{"socket", "", "it is a socket: name a regular file, or - for standard output"},
		{"link-to-device", "", "it is a device: name a regular file, or - for standard output"},
		{"loop", "", "too many symbolic links lead from it to others"},
		{"large/x", "", "not a directory"},
	} {
		soon(t, func() {
			if err := Replace(filepath.Join(folder, c.path), write); said(err) != c.want {
				t.Errorf("%s: got %q, want %q", c.path, said(err), c.want)
			}
		})
		if data, err := os.ReadFile(c.holder); c.want == "" && (err != nil || string(data) != "new") {
			t.Errorf("%s: %s holds %q, %v", c.path, c.holder, data, err)
		}
	}
	if info, err := os.Stat("plain"); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the mode is %v, %v; want that of the earlier file", info.Mode(), err)
	}
	if info, err := os.Lstat("link"); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
	leftovers(t, folder)
}

// leftovers fails a test that leaves temporary files.
func leftovers(t *testing.T, folder string) {
	t.Helper()
	if found, err := filepath.Glob(filepath.Join(folder, ".corsprobe-*")); err != nil || len(found) > 0 {
		t.Errorf("left behind: %q, %v", found, err)
	}
}

// What stood there stays where the new content does not come to be.
func TestReplaceKeepsWhatItCannotReplace(t *testing.T) {
	folder := odd(t)
	broken := errors.New("broken")
	err := Replace("plain", func(w io.Writer) error {
		_, _ = io.WriteString(w, strings.Repeat("half", 1<<16))
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if data, _ := os.ReadFile("plain"); string(data) != "text" {
		t.Errorf("the file holds %.20q now", data)
	}
	leftovers(t, folder)
}

func TestCreateReplacesNothing(t *testing.T) {
	folder := odd(t)
	render := func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }
	must(t, Create("fresh", render))
	must(t, os.Symlink("nowhere", "dangling"))
	for _, name := range []string{"fresh", "plain", "pipe", "dangling", "folder"} {
		if err := Create(name, render); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: got %v, want fs.ErrExist", name, err)
		}
	}
	// What comes in between is not replaced either.
	late := func(w io.Writer) error { return errors.Join(os.WriteFile("late", []byte("theirs"), 0o600), render(w)) }
	if err := Create("late", late); !errors.Is(err, fs.ErrExist) {
		t.Errorf("late: got %v, want fs.ErrExist", err)
	}
	if data, _ := os.ReadFile("late"); string(data) != "theirs" {
		t.Errorf("late holds %q", data)
	}
	leftovers(t, folder)
}

func TestAppend(t *testing.T) {
	odd(t)
	for _, name := range []string{"plain", "a/fresh"} {
		f, err := Append(name)
		must(t, err)
		_, err = f.WriteString(" and more")
		must(t, errors.Join(err, f.Close()))
	}
	for name, want := range map[string]string{"plain": "text and more", "a/fresh": " and more"} {
		if data, err := os.ReadFile(name); err != nil || string(data) != want {
			t.Errorf("%s holds %q, %v", name, data, err)
		}
	}
	soon(t, func() {
		if _, err := Append("pipe"); said(err) != "it is a named pipe: name a regular file, or - for standard output" {
			t.Errorf("got %q", said(err))
		}
	})
}

func TestCheck(t *testing.T) {
	folder := odd(t)
	must(t, os.Mkdir("closed", 0o500))
	must(t, os.WriteFile("fixed", nil, 0o400))
	must(t, os.Symlink("nowhere", "dangling"))
	must(t, os.Symlink("nowhere/at/all", "astray"))
	before := listing(t, folder)
	long := strings.Repeat("x", 300)
	for path, want := range map[string]string{
		"plain": "", "fresh": "", "a/b/deep": "", "link": "", "dangling": "", "astray": "",
		"folder":       "it is a folder: name a file in it",
		"pipe":         "it is a named pipe: name a regular file, or - for standard output",
		"link-to-pipe": "it is a named pipe: name a regular file, or - for standard output",
		"socket":       "it is a socket: name a regular file, or - for standard output",
		"/dev/null":    "it is a device: name a regular file, or - for standard output",
		"plain/x":      "not a directory",
		"plain/x/y":    "not a directory",
		long:           "file name too long",
		"a/" + long:    "file name too long",
		"dangling/x":   "the folder dangling is a symbolic link that leads nowhere",
		"fixed":        "permission denied",
		"closed/x":     "the folder closed takes no new file, and none is overwritten in place: permission denied",
		"closed/a/x":   "the folder closed takes no new file, and none is overwritten in place: permission denied",
	} {
		if os.Geteuid() == 0 && strings.HasSuffix(want, "permission denied") {
			want = "" // root is denied nothing
		}
		soon(t, func() {
			if err := Check(path); said(err) != want {
				t.Errorf("%.20s: got %q, want %q", path, said(err), want)
			}
		})
	}
	if after := listing(t, folder); after != before {
		t.Errorf("it changed the folder:\n%s\n%s", before, after)
	}
}

func listing(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	must(t, err)
	return fmt.Sprint(entries)
}

func TestSame(t *testing.T) {
	folder := odd(t)
	must(t, os.Symlink("folder", "way"))
	must(t, os.Symlink("nowhere", "dangling"))
	must(t, os.Link("plain", "twin"))
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"plain", "plain", true},
		{"plain", "./folder/../plain", true},
		{"plain", filepath.Join(folder, "plain"), true},
		{"plain", "link", true},
		{"plain", "twin", true},
		{"plain", "large", false},
		{"plain", "fresh", false},
		{"fresh", "./fresh", true},
		{"fresh", filepath.Join(folder, "fresh"), true},
		{"folder/fresh", "way/fresh", true},
		{"a/b/fresh", "a/./b/fresh", true},
		{"folder/fresh", "fresh", false},
		{"dangling", "nowhere", true},
		{"dangling", "fresh", false},
		{"fresh", "Fresh", foldsCase(folder)},
		{"plain", "PLAIN", foldsCase(folder)},
	} {
		if got := Same(c.a, c.b); got != c.want {
			t.Errorf("Same(%q, %q) is %v", c.a, c.b, got)
		}
	}
	leftovers(t, folder)
}
