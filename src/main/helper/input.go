package main

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"unicode/utf8"
)

const inputFix = "Send one JSON object with exactly the fields that docs/HELPER.md gives for the verb."

// decode reads the one object that a verb takes. Every field must be there, once, by its exact name; nothing else may.
// (encoding/json alone takes the last of two fields of one name, and names in capitals.)
func decode(input []byte, into any) error {
	shape := reflect.TypeOf(into).Elem()
	missing := map[string]bool{}
	for i := 0; i < shape.NumField(); i++ {
		missing[shape.Field(i).Tag.Get("json")] = true
	}
	if !utf8.Valid(input) {
		return refuse(codeInput, inputFix, "The input is not UTF-8.")
	}
	tokens := json.NewDecoder(bytes.NewReader(input))
	if open, err := tokens.Token(); err != nil || open != json.Delim('{') {
		return refuse(codeInput, inputFix, "The input is not one JSON object.")
	}
	for tokens.More() {
		field, err := tokens.Token()
		if err != nil {
			return refuse(codeInput, inputFix, "The input is not one JSON object.")
		}
		name := field.(string)
		if !missing[name] {
			return refuse(codeInput, inputFix, "The field %s is unknown, or there twice.", shown(name))
		}
		delete(missing, name)
		var value json.RawMessage
		if tokens.Decode(&value) != nil {
			return refuse(codeInput, inputFix, "The input is not one JSON object.")
		}
		if string(value) == "null" {
			return refuse(codeInput, inputFix, "The field %s is null.", shown(name))
		}
	}
	for name := range missing {
		return refuse(codeInput, inputFix, "The field %s is missing.", shown(name))
	}
	if _, err := tokens.Token(); err != nil {
		return refuse(codeInput, inputFix, "The input is not one JSON object.")
	}
	if _, err := tokens.Token(); err != io.EOF {
		return refuse(codeInput, inputFix, "There is more after the JSON object.")
	}
	if json.Unmarshal(input, into) != nil {
		return refuse(codeInput, inputFix, "A field is of the wrong type.")
	}
	return nil
}

// nothing is the input of verbs that take no data: an empty object.
type nothing struct{}
