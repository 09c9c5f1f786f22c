package settings

import (
	"encoding"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// convert turns a value of the file into what kong takes for a flag, and holds it to
// the flag's own rules. It returns nil for an empty list and for an empty path: those
// stand for none.
func convert(flag *kong.Flag, value any, file string) (any, error) {
	target := typeOf(flag)
	if target.Kind() == reflect.Slice {
		return convertList(flag, value, file)
	}
	_, parses := reflect.New(target).Interface().(encoding.TextUnmarshaler)
	isTime := target == reflect.TypeFor[time.Duration]()
	whole := target.Kind() >= reflect.Int && target.Kind() <= reflect.Uint64 && !isTime
	switch v := value.(type) {
	case bool:
		if target.Kind() != reflect.Bool {
			return nil, wrongKind(flag, "true or false")
		}
	case int64:
		if !whole {
			return nil, wrongKind(flag, "a number")
		}
		value = strconv.FormatInt(v, 10)
	case string:
		if target.Kind() == reflect.Bool || whole && !parses {
			return nil, wrongKind(flag, "a text")
		}
		if isPath(flag) {
			if v == "" {
				return nil, nil
			}
			return beside(file, v), nil
		}
	default:
		return nil, wrongKind(flag, fmt.Sprintf("%v", value))
	}
	// Not Parse, which would note that the flag was given.
	scratch := reflect.New(flag.Target.Type()).Elem()
	scan := kong.Scan().PushTyped(value, kong.FlagValueToken)
	if err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, scratch); err != nil {
		if isTime {
			return nil, wrongKind(flag, strconv.Quote(fmt.Sprint(value)))
		}
		return nil, err
	}
	if flag.Enum != "" && !slices.Contains(flag.EnumSlice(), fmt.Sprint(value)) {
		return nil, fmt.Errorf("must be one of %s, not %q", strings.Join(flag.EnumSlice(), ", "), value)
	}
	return value, nil
}

// convertList is convert for a flag that may be given several times.
func convertList(flag *kong.Flag, value any, file string) (any, error) {
	all, ok := value.([]any)
	if !ok || flag.Target.Type().Elem().Kind() != reflect.String {
		return nil, wrongKind(flag, "a single value")
	}
	var out []any
	for _, v := range all {
		text, ok := v.(string)
		switch {
		case !ok || text == "":
			return nil, wrongKind(flag, fmt.Sprintf("a list with %v", v))
		case isPath(flag):
			text = beside(file, text)
		case strings.HasPrefix(text, "unix:") && !filepath.IsAbs(strings.TrimPrefix(text, "unix:")):
			return nil, errors.New("after unix: the whole path must stand, from / on")
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

// typeOf returns the type of a flag's value, also where the flag can be absent.
func typeOf(flag *kong.Flag) reflect.Type {
	if t := flag.Target.Type(); t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return flag.Target.Type()
}

// wrongKind says what a value must be, and what it is.
func wrongKind(flag *kong.Flag, is string) error {
	want := "a text in quotes"
	switch target := typeOf(flag); {
	case target.Kind() == reflect.Bool:
		want = "true or false, without quotes"
	case target.Kind() == reflect.Slice:
		want = `a list of texts, like ["one", "two"]`
	case target == reflect.TypeFor[time.Duration]():
		want = `a time in quotes, like "90s" or "48h"`
	case target.Kind() != reflect.String:
		want = "a number"
	}
	return fmt.Errorf("must be %s; it is %s", want, is)
}

// isPath reports whether a flag names a file or a folder.
func isPath(flag *kong.Flag) bool {
	return slices.Contains([]string{"path", "existingfile", "existingdir"}, flag.Tag.Type)
}

// beside returns a path that the file names.
func beside(file, path string) string {
	if filepath.IsAbs(path) || strings.HasPrefix(path, "~/") {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}
