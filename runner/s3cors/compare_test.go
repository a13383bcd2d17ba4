package s3cors

import "testing"

func TestDifference(t *testing.T) {
	with := func(change func(*Rule)) *Configuration {
		cfg := full()
		change(&cfg.CORSRules[0])
		return cfg
	}
	for _, c := range []struct {
		desc      string
		set, back *Configuration
		want      string
		same      bool
	}{
		{"none", nil, nil, "", true},
		{"equal", full(), full(), "", true},
		{"an empty list is none", with(func(r *Rule) { r.ExposeHeaders = nil }), with(func(r *Rule) { r.ExposeHeaders = []string{} }), "", true},
		{"lost", full(), nil, "a configuration was set; none came back", false},
		{"out of nothing", nil, full(), "no configuration was set; one came back", false},
		{"order of methods", full(), with(func(r *Rule) { r.AllowedMethods = []string{"PUT", "GET"} }),
			"rule 1: AllowedMethods is GET, PUT; came back in another order: PUT, GET", true},
		{"another order, and a loss further on", full(), with(func(r *Rule) { r.AllowedMethods, r.ExposeHeaders = []string{"PUT", "GET"}, nil }),
			"rule 1: ExposeHeaders is ETag; came back as absent", false},
		{"case of headers", full(), with(func(r *Rule) { r.ExposeHeaders = []string{"etag"} }),
			"rule 1: ExposeHeaders is ETag; came back as etag", false},
		{"lost origins", full(), with(func(r *Rule) { r.AllowedOrigins = nil }),
			`rule 1: AllowedOrigins is http://a, ""; came back as absent`, false},
		{"a value twice", full(), with(func(r *Rule) { r.AllowedHeaders = []string{"*", "*", "x-amz-*"} }),
			"rule 1: AllowedHeaders is *, x-amz-*; came back as *, *, x-amz-*", false},
		{"ID", with(func(r *Rule) { r.ID = "" }), full(), `rule 1: ID is absent; came back as "a & b"`, false},
		{"age", full(), with(func(r *Rule) { r.MaxAgeSeconds = ptr(int32(0)) }), "rule 1: MaxAgeSeconds is 3000; came back as 0", false},
		{"age lost", with(func(r *Rule) { r.MaxAgeSeconds = ptr(int32(0)) }), with(func(r *Rule) { r.MaxAgeSeconds = nil }),
			"rule 1: MaxAgeSeconds is 0; came back as absent", false},
		{"a rule less", shared(), &Configuration{CORSRules: shared().CORSRules[:2]}, "3 rules were set; 2 came back", false},
		{"a rule more", one(Rule{}), &Configuration{CORSRules: make([]Rule, 2)}, "1 rule was set; 2 came back", false},
		{"order of rules", shared(), &Configuration{CORSRules: []Rule{shared().CORSRules[0], shared().CORSRules[2], shared().CORSRules[1]}},
			"rule 2: AllowedOrigins is https://*.example.com; came back as *", false},
	} {
		if got := Difference(c.set, c.back); got != c.want {
			t.Errorf("%s: the difference is %q, want %q", c.desc, got, c.want)
		}
		if got := Equal(c.set, c.back); got != (c.want == "") {
			t.Errorf("%s: Equal is %t", c.desc, got)
		}
		if got := Same(c.set, c.back); got != c.same {
			t.Errorf("%s: Same is %t, want %t", c.desc, got, c.same)
		}
	}
}

func TestSameLeavesItsArgumentsAlone(t *testing.T) {
	cfg := full()
	Same(cfg, cfg)
	if d := Difference(full(), cfg); d != "" {
		t.Error(d)
	}
}
