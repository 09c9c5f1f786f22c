package settings

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Where a value came from.
const (
	FromDefault = "default"
	FromFile    = "file"
	FromEnv     = "env"
	FromFlag    = "flag"
)

// Value is what one flag is set to.
type Value struct {
	Key   string `json:"key"`          // as it stands in the file, with its table: "serve.idle"
	Value any    `json:"value"`        // a text, a bool, a number or a list of texts, as a file would say it
	From  string `json:"from"`         // one of the constants above
	At    string `json:"at,omitempty"` // the line of the file, or the variable
}

// InForce lists what the flags of the parsed command, and those of every command, are
// set to. file may be nil.
func InForce(ctx *kong.Context, file *File, sections ...string) (all []Value) {
	known := keysOf(ctx.Model, sections)
	mine := make(map[*kong.Flag]bool)
	for _, path := range ctx.Path {
		for _, flag := range path.Flags {
			mine[flag] = true
		}
	}
	for _, key := range known.order {
		for _, flag := range known.flags[key] {
			if mine[flag] {
				all = append(all, inForce(ctx, file, key, flag))
			}
		}
	}
	return all
}

func inForce(ctx *kong.Context, file *File, key string, flag *kong.Flag) Value {
	v := Value{Key: key, Value: plain(flag.Target), From: FromDefault}
	if name := environment(flag); name != "" {
		v.From, v.At = FromEnv, name
	}
	for _, path := range ctx.Path {
		switch {
		case path.Flag != flag:
		case path.Resolved:
			v.From = FromFile
			if line := file.values[flag].line; line > 0 {
				v.At = fmt.Sprintf("line %d", line)
			}
		default:
			v.From, v.At = FromFlag, ""
		}
	}
	return v
}

// plain returns a value as a file would say it.
func plain(v reflect.Value) any {
	if d, ok := v.Interface().(time.Duration); ok {
		text := d.String()
		for _, zero := range []string{"m0s", "h0m"} { // 48h0m0s
			if strings.HasSuffix(text, zero) {
				text = strings.TrimSuffix(text, zero[1:])
			}
		}
		return text
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		if err == nil {
			return string(text)
		}
	}
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.Slice:
		all := make([]string, v.Len())
		for i := range all {
			all[i] = fmt.Sprint(v.Index(i))
		}
		return all
	case reflect.Int, reflect.Int64:
		return v.Int()
	}
	return fmt.Sprint(v)
}
