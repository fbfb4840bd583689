package telemetry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"cambium/engine/operation"
)

// logSlow tells of an operation that took long: which, and what it was given without its values.
func (t *Telemetry) logSlow(ctx context.Context, op *operation.Operation, took time.Duration) {
	attrs := []slog.Attr{
		slog.String("operation", short(op.Operation.Name)), slog.String("type", string(op.Operation.Operation)),
		slog.Duration("duration", took), slog.Int64("cost", op.Cost()), slog.String("plan", planOf(op)),
	}
	if len(op.Operation.VariableDefinitions) > 0 {
		attrs = append(attrs, slog.Any("variables", redacted(op)))
	}
	t.logger.LogAttrs(ctx, slog.LevelWarn, "slow operation", attrs...)
}

// planOf is the same for the same operation, in all processes: the head of the SHA-256 of its document and its name.
func planOf(op *operation.Operation) string {
	const head = 8
	sum := sha256.Sum256([]byte(op.RawQuery + "\x00" + op.Operation.Name))
	return hex.EncodeToString(sum[:head])
}

// mostVariables bounds the line.
const mostVariables = 50

// redacted is what is known of the variables beside their values: names, types, sizes.
func redacted(op *operation.Operation) []string {
	all := op.Operation.VariableDefinitions
	list := make([]string, 0, min(len(all), mostVariables)+1)
	for i, v := range all {
		if i == mostVariables {
			return append(list, fmt.Sprintf("and %d more", len(all)-i))
		}
		value, given := op.Variables[v.Variable]
		list = append(list, short(v.Variable)+": "+v.Type.String()+sizeOf(value, given))
	}
	return list
}

func sizeOf(value any, given bool) string {
	switch v := value.(type) {
	case nil:
		if given {
			return " null"
		}
		return " not given"
	case string:
		return fmt.Sprintf(" of %d bytes", len(v))
	case []any:
		return fmt.Sprintf(" of %d", len(v))
	case map[string]any:
		return fmt.Sprintf(" of %d members", len(v))
	}
	return ""
}
