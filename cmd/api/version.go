package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is set by the linker: -ldflags "-X main.release=v1.2.3".
var release = ""

// version is the release, or the revision, that this program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return name(release, "", false)
	}
	settings := make(map[string]string, len(info.Settings))
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	return name(release, settings["vcs.revision"], settings["vcs.modified"] == "true")
}

func name(release, revision string, modified bool) string {
	const short = 12
	if release != "" {
		return release
	}
	if revision == "" {
		return "development"
	}
	text := "development-" + revision[:min(len(revision), short)]
	if modified {
		text += "-modified"
	}
	return text
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the release",
		Args:  arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(p.stdout, version())
			return err
		},
	}
}
