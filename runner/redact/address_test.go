package redact

import (
	"slices"
	"testing"
)

func TestOfAddress(t *testing.T) {
	for address, want := range map[string][]string{
		"https://h/k": nil,
		"https://h/k?X-Amz-Date=20260101T000000Z&X-Amz-Signature=0123456789&partNumber=1": {"0123456789", "0123456789"},
		"https://h/k?access_token=a%2Bbcdef":                                              {"a%2Bbcdef", "a+bcdef"},
		"https://h/k?sig=short":                                                           nil,
		"https://u:password@h/k":                                                          {"password"},
		"/k?Signature=0123456789":                                                         {"0123456789", "0123456789"}, // a redirect's
		"://":                                                                             nil,
		"https://h/k?Signature=%zz123456":                                                 nil, // no browser writes such an escape
	} {
		if got := OfAddress(address); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
