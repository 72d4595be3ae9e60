package flows_test

import (
	"errors"
	"strings"
	"testing"

	"linkline/flows"

	"github.com/google/go-cmp/cmp"
)

func TestShippedFlowsCompile(t *testing.T) {
	t.Parallel()
	for _, name := range flows.Names() {
		if _, err := flows.Shipped(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var _ = errors.As
var _ = strings.Contains
var _ = cmp.Diff
