package house_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// asvs is how many requirements of levels 1 and 2 each section of OWASP ASVS 5.0.0 has; they are numbered from 1.
const asvs = `1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3
	6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4
	10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5
	14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2`

var (
	asvsRow   = regexp.MustCompile(`(?m)^\| (\d+\.\d+)\.(\d+)(?:-(\d+))? \| (\w+) \| (.+) \|$`)
	asvsCount = regexp.MustCompile(`(?m)^\| (\w+) \| (\d+) \| `)
	quoted    = regexp.MustCompile("`([^`]+)`")
	goTest    = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	namedFile = regexp.MustCompile(`^(cmd|deploy|docs|frontend|internal|scripts)/[^ ]+$|^Makefile$`)
	specFile  = regexp.MustCompile(`\.(spec\.ts|test\.mjs)$`)
)

// Every requirement is answered once, the counts are those of the rows, and what an answer names is there.
func TestASVSDocument(t *testing.T) {
	raw, err := os.ReadFile("../docs/asvs.md")
	if err != nil {
		t.Fatal(err)
	}
	answered, counts, tests := map[string]int{}, map[string]int{}, goTests(t)
	for _, row := range asvsRow.FindAllStringSubmatch(string(raw), -1) {
		section, answer, words := row[1], row[4], row[5]
		first, _ := strconv.Atoi(row[2])
		last := first
		if row[3] != "" {
			last, _ = strconv.Atoi(row[3])
		}
		for n := first; n <= last; n++ {
			answered[fmt.Sprintf("%s.%d", section, n)]++
			counts[answer]++
		}
		named := false
		for _, name := range quoted.FindAllStringSubmatch(words, -1) {
			named = named || strings.HasPrefix(name[1], "Test") || specFile.MatchString(name[1])
		}
		if answer == "test" && !named {
			t.Errorf("%s.%s names no test", section, row[2])
		}
	}
	if want := requirements(t); !maps.Equal(answered, want) {
		for number := range want {
			if answered[number] != 1 {
				t.Errorf("%s is answered %d times", number, answered[number])
			}
		}
		for number := range answered {
			if want[number] == 0 {
				t.Errorf("%s is no requirement of these levels", number)
			}
		}
	}
	counts["applies"] = counts["test"] + counts["reason"] + counts["open"]
	said := map[string]int{}
	for _, line := range asvsCount.FindAllStringSubmatch(string(raw), -1) {
		said[line[1]], _ = strconv.Atoi(line[2])
	}
	if !maps.Equal(said, counts) {
		t.Errorf("the rows count %v, the table at the top says %v", counts, said)
	}
	for _, name := range quoted.FindAllStringSubmatch(string(raw), -1) {
		exists(t, name[1], tests)
	}
}

func requirements(t *testing.T) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, field := range strings.Fields(asvs) {
		section, count, _ := strings.Cut(field, ":")
		n, err := strconv.Atoi(count)
		if err != nil {
			t.Fatal(err)
		}
		for ; n > 0; n-- {
			all[fmt.Sprintf("%s.%d", section, n)] = 1
		}
	}
	return all
}

// goTests gives every test function of the house, with the text of its file, where its parts have their names.
func goTests(t *testing.T) map[string]string {
	t.Helper()
	tests, texts := map[string]string{}, map[string]string{}
	for _, root := range []string{".", "../cmd"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() && entry.Name() == "node_modules" {
				return cmp.Or(err, fs.SkipDir)
			}
			if !strings.HasSuffix(path, "_test.go") {
				return nil
			}
			raw, err := os.ReadFile(path)
			texts[path] = string(raw)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range texts {
		for _, name := range goTest.FindAllStringSubmatch(text, -1) {
			tests[name[1]] = text
		}
	}
	return tests
}

func exists(t *testing.T, name string, tests map[string]string) {
	t.Helper()
	if strings.HasPrefix(name, "Test") {
		function, part, _ := strings.Cut(name, "/")
		text, known := tests[function]
		if !known || part != "" && !strings.Contains(text, `"`+part) {
			t.Errorf("there is no test %s", name)
		}
		return
	}
	if namedFile.MatchString(name) {
		if _, err := os.Stat(filepath.Join("..", name)); err != nil {
			t.Error(err)
		}
	}
}
