package migration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// GitBase reads the directory as a git revision has it, such as origin/main. A revision without the directory has no
// files.
func GitBase(ctx context.Context, dir *Dir, revision string) (Base, error) {
	if dir.path == "" {
		return nil, errors.New("the migration directory is embedded in the program: run this where the source is")
	}
	if strings.HasPrefix(revision, "-") {
		return nil, fmt.Errorf("%q is no git revision", revision)
	}
	list, err := git(ctx, dir, "ls-tree", "--name-only", "-z", revision, "./")
	if err != nil {
		return nil, err
	}
	base := make(Base)
	for path := range strings.SplitSeq(list, "\x00") {
		name := strings.TrimPrefix(path, "./")
		if !strings.HasSuffix(name, ".sql") {
			continue
		}
		if base[name], err = git(ctx, dir, "show", revision+":./"+name); err != nil {
			return nil, err
		}
	}
	return base, nil
}

// Since lists the versions of the files that a git revision does not have. atlas.sum may be in conflict.
func Since(ctx context.Context, dir *Dir, revision string) (versions []string, err error) {
	base, err := GitBase(ctx, dir, revision)
	if err != nil {
		return nil, err
	}
	mem, err := dir.read()
	if err != nil {
		return nil, err
	}
	files, err := mem.Files()
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	for _, f := range files {
		if _, known := base[f.Name()]; !known {
			versions = append(versions, f.Name())
		}
	}
	return versions, nil
}

func git(ctx context.Context, dir *Dir, args ...string) (string, error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir.path}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}
