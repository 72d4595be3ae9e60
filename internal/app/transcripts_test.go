package app_test

import (
	"testing"

	"linkline/internal/app/apptest"
)

// TestTranscripts runs every readable transcript through the whole.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	apptest.RunDir(t, "testdata/transcripts")
}
