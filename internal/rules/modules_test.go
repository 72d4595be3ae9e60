package rules

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	required = regexp.MustCompile(`(?m)^\t([a-z0-9.]+\.[a-z]+/\S+) v\S+`)
	listed   = regexp.MustCompile(`(?m)^\| ([a-z0-9.]+\.[a-z]+/\S+) \| ([^|]+) \|`)
	may      = regexp.MustCompile(`^(MIT|ISC|BSD-[23]-Clause|Apache-2\.0|MPL-2\.0|, )+$`)
)

// TestEveryModuleIsListedWithItsLicence keeps docs/dependencies.md whole: an
// operator's lawyer reads that page, not go.mod.
func TestEveryModuleIsListedWithItsLicence(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	licence := map[string]string{}
	for _, m := range listed.FindAllStringSubmatch(read("docs/dependencies.md"), -1) {
		licence[m[1]] = strings.TrimSpace(m[2])
	}
	mods := required.FindAllStringSubmatch(read("go.mod"), -1)
	if len(mods) < 10 {
		t.Fatalf("only %d modules were read from go.mod", len(mods))
	}
	for _, m := range mods {
		l, ok := licence[m[1]]
		switch {
		case !ok:
			t.Errorf("docs/dependencies.md does not name %s and its licence", m[1])
		case !may.MatchString(l):
			t.Errorf("%s: licence %q is not one that may be taken", m[1], l)
		}
		delete(licence, m[1])
	}
	for m := range licence {
		t.Errorf("docs/dependencies.md names %s, which go.mod no longer requires", m)
	}
}
