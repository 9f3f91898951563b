package main

import (
	"encoding/xml"
	"os"
	"strings"
	"testing"
)

type polkitPolicy struct {
	Actions []struct {
		ID          string `xml:"id,attr"`
		Description string `xml:"description"`
		Message     string `xml:"message"`
		Any         string `xml:"defaults>allow_any"`
		Inactive    string `xml:"defaults>allow_inactive"`
		Active      string `xml:"defaults>allow_active"`
		Annotations []struct {
			Key   string `xml:"key,attr"`
			Value string `xml:",chardata"`
		} `xml:"annotate"`
	} `xml:"action"`
}

// Each verb that changes something is an action of its own, so that the dialog says which and a rule can allow one alone.
func TestThePolicyHasOneActionForEachVerb(t *testing.T) {
	text, err := os.ReadFile("polkit/dev.gotunnel.policy")
	if err != nil {
		t.Fatal(err)
	}
	var policy polkitPolicy
	if err := xml.Unmarshal(text, &policy); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	messages := map[string]bool{}
	for _, action := range policy.Actions {
		name := strings.TrimPrefix(action.ID, "dev.gotunnel.")
		if verbs[name] == nil || seen[name] {
			t.Errorf("%s is no verb, or there twice", name)
		}
		seen[name] = true
		keep := "auth_admin"
		if strings.HasPrefix(name, "hosts-") {
			// Starting and stopping tunnels asks once, not each time.
			keep = "auth_admin_keep"
		}
		if action.Any != "auth_admin" || action.Inactive != "auth_admin" || action.Active != keep {
			t.Errorf("%s: %s, %s, %s", name, action.Any, action.Inactive, action.Active)
		}
		annotations := map[string]string{}
		for _, annotation := range action.Annotations {
			annotations[annotation.Key] = annotation.Value
		}
		if len(annotations) != 2 || annotations["org.freedesktop.policykit.exec.argv1"] != name ||
			annotations["org.freedesktop.policykit.exec.path"] != "/usr/libexec/gotunnel/gotunnel-helper" {
			t.Errorf("%s: %v", name, annotations)
		}
		if !strings.HasPrefix(action.Message, "Authentication is required to ") || strings.HasSuffix(action.Message, ".") ||
			action.Description == "" || messages[action.Message] {
			t.Errorf("%s: %q, %q", name, action.Description, action.Message)
		}
		messages[action.Message] = true
	}
	if len(seen) != len(verbs) {
		t.Errorf("%d actions for %d verbs", len(seen), len(verbs))
	}
}
