package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Check says why nothing can be written to path, as far as that can be known before: it leads to a folder, a pipe or a device, or is in a
// folder that takes no new file, for whatever reason. It changes nothing.
func Check(path string) error {
	path, earlier, err := destination(path)
	if err != nil {
		return err
	}
	if earlier != nil {
		f, err := os.OpenFile(path, os.O_WRONLY|nonblock, 0)
		if err != nil {
			return reason(err)
		}
		_ = f.Close()
	}
	folder, missing := nearest(path)
	if info, err := os.Stat(folder); err != nil {
		return fmt.Errorf("the folder %s: %w", folder, reason(err))
	} else if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", folder)
	}
	for i, name := range missing {
		_, err := os.Lstat(filepath.Join(folder, name))
		switch {
		case err == nil && i < len(missing)-1:
			return fmt.Errorf("the folder %s is a symbolic link that leads nowhere", filepath.Join(folder, name))
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return reason(err) // a name that is too long
		}
	}
	if err := try(folder); err != nil {
		return fmt.Errorf("the folder %s takes no new file, and none is overwritten in place: %w", folder, err)
	}
	return nil
}

// nearest is the nearest folder of a path that is there, and the names that are missing below it.
func nearest(path string) (folder string, missing []string) {
	folder = filepath.Dir(path)
	missing = []string{filepath.Base(path)}
	for {
		_, err := os.Stat(folder)
		if up := filepath.Dir(folder); errors.Is(err, fs.ErrNotExist) && up != folder {
			missing = append([]string{filepath.Base(folder)}, missing...)
			folder = up
			continue
		}
		return folder, missing
	}
}

// try writes a small file in a folder, and removes it: permissions alone say nothing of a full or read-only disk, nor to root.
func try(folder string) error {
	const block = 4 << 10 // what a file takes at least on most disks
	temporary := temporaryIn(folder)
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return reason(err)
	}
	_, err = f.Write(make([]byte, block))
	return reason(errors.Join(err, onDisk(f), f.Close(), os.Remove(temporary)))
}

// Same reports that two paths lead to one file, which need not be there yet: by links, by another spelling, or by another case where the file
// system knows none.
func Same(a, b string) bool {
	a, aErr := followed(a)
	b, bErr := followed(b)
	if aErr != nil || bErr != nil {
		return false
	}
	one, err := os.Stat(a)
	if other, otherErr := os.Stat(b); err == nil && otherErr == nil {
		return os.SameFile(one, other)
	}
	x, folder := absolute(a)
	y, _ := absolute(b)
	return x == y || strings.EqualFold(x, y) && foldsCase(folder)
}

// absolute is a path without links and detours, and the nearest folder of it that is there.
func absolute(path string) (whole, folder string) {
	folder, missing := nearest(path)
	if resolved, err := filepath.EvalSymlinks(folder); err == nil {
		folder = resolved
	}
	if full, err := filepath.Abs(folder); err == nil {
		folder = full
	}
	return filepath.Join(append([]string{folder}, missing...)...), folder
}

// foldsCase reports that a folder takes two spellings of a name for one. Where that cannot be found out it does not.
func foldsCase(folder string) bool {
	f, err := os.CreateTemp(folder, ".corsprobe-case-*.tmp")
	if err != nil {
		return false
	}
	_ = f.Close()
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = os.Stat(filepath.Join(folder, strings.ToUpper(filepath.Base(f.Name()))))
	return err == nil
}
