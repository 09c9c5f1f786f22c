package pages_test

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var colour = regexp.MustCompile(`--([a-z-]+):\s*(#[0-9a-f]{6});`)

// luminance is WCAG 2's relative luminance of "#rrggbb".
func luminance(hex string) float64 {
	var parts [3]float64
	for i := range parts {
		v, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if parts[i] = float64(v) / 255; parts[i] <= 0.04045 {
			parts[i] /= 12.92
		} else {
			parts[i] = math.Pow((parts[i]+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*parts[0] + 0.7152*parts[1] + 0.0722*parts[2]
}

// contrast is WCAG 2's contrast ratio of two colours.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestContrast computes WCAG AA for every pair of colours that meet: 4.5 for
// words, 3 for the edges of fields and boxes.
func TestContrast(t *testing.T) {
	if got := fmt.Sprintf("%.2f %.2f", contrast("#000000", "#ffffff"), contrast("#777777", "#ffffff")); got != "21.00 4.48" {
		t.Fatalf("the measure is wrong: %s", got)
	}
	sheet := string(mustNew(t).Style())
	light, rest, ok := strings.Cut(sheet, "@media (prefers-color-scheme: dark)")
	dark, rules, ok2 := strings.Cut(rest, "\n}\n")
	if !ok || !ok2 {
		t.Fatal("the style sheet has no dark colours")
	}
	if stray := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(`).FindString(rules); stray != "" {
		t.Errorf("the colour %s does not stand at the top of the style sheet", stray)
	}
	for scheme, block := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]string{}
		for _, m := range colour.FindAllStringSubmatch(block, -1) {
			colours[m[1]] = m[2]
		}
		for _, pair := range []struct {
			front, back string
			least       float64
		}{
			{"text", "page", 4.5}, {"text", "alert", 4.5}, {"text", "field", 4.5},
			{"quiet", "page", 4.5}, {"link", "page", 4.5}, {"link", "alert", 4.5},
			{"button-text", "button", 4.5},
			{"button", "page", 3}, {"line", "page", 3}, {"line", "field", 3}, {"alert-line", "page", 3},
			{"alert-line", "alert", 3}, {"alert-line", "field", 3},
		} {
			front, back := colours[pair.front], colours[pair.back]
			if front == "" || back == "" {
				t.Fatalf("%s: no colour %s or %s", scheme, pair.front, pair.back)
			}
			if got := contrast(front, back); got < pair.least {
				t.Errorf("%s: %s on %s has %.2f, less than %.1f", scheme, pair.front, pair.back, got, pair.least)
			}
		}
	}
}

// TestStyle: the sheet asks for nothing, and holds for both directions.
func TestStyle(t *testing.T) {
	sheet := string(mustNew(t).Style())
	for _, bad := range []string{"url(", "@import", "@font-face", "-left", "-right", "left:", "right:", ": left", ": right", "image("} {
		if strings.Contains(sheet, bad) {
			t.Errorf("the style sheet holds %q", bad)
		}
	}
}
