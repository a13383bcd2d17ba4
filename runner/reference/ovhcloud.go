package reference

import "corsprobe/scenarios"

// OVHcloud answers as OVHcloud's published S3 layer does, a fork of OpenStack Swift (github.com/open-io/swift, last commit of 2024-10): by the
// dialect of the provider's file. Production may differ.
//
// It answers from the rule that matches, as it stands, rather than from the request; and it sends no Vary.
func OVHcloud() Behaviour {
	p, err := scenarios.ProviderByName("ovhcloud")
	if err != nil {
		panic(err) // embedded, so a test has seen it
	}
	return Behaviour{Dialect: p.Dialect()}
}
