// Decides CEL expressions with cel-go, the reference implementation: one JSON document in, one out. The environment is
// Envoy's attribute vocabulary as far as test/support/cel-records.ts fills it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"
)

// view is what CEL sees of a record; integers are texts, so that JSON loses none of their digits.
type view struct {
	Texts    map[string]string            `json:"texts"`
	Integers map[string]string            `json:"integers"`
	Headers  map[string]map[string]string `json:"headers"`
	Duration *string                      `json:"duration"`
	Flags    *bool                        `json:"flags"`
}

type question struct {
	Expressions []string `json:"expressions"`
	Views       []view   `json:"views"`
}

var roots = []string{"request", "response", "upstream", "xds", "gen_ai"}

func put(at map[string]any, name string, value any) {
	path := strings.Split(name, ".")
	for _, part := range path[:len(path)-1] {
		below, ok := at[part].(map[string]any)
		if !ok {
			below = map[string]any{}
			at[part] = below
		}
		at = below
	}
	at[path[len(path)-1]] = value
}

func activation(v view) (map[string]any, error) {
	all := map[string]any{}
	for _, root := range roots {
		all[root] = map[string]any{}
	}
	for _, block := range []string{"gen_ai.request", "gen_ai.provider", "gen_ai.usage"} {
		put(all, block, map[string]any{})
	}
	for name, text := range v.Texts {
		put(all, name, text)
	}
	for name, digits := range v.Integers {
		number, err := strconv.ParseInt(digits, 10, 64)
		if err != nil {
			return nil, err
		}
		put(all, name, number)
	}
	for side, headers := range v.Headers {
		put(all, side+".headers", headers)
	}
	if v.Duration != nil {
		nanoseconds, err := strconv.ParseInt(*v.Duration, 10, 64)
		if err != nil {
			return nil, err
		}
		put(all, "request.duration", time.Duration(nanoseconds))
	}
	if v.Flags != nil {
		flags := int64(0)
		if *v.Flags {
			flags = 4
		}
		put(all, "response.flags", flags)
	}
	return all, nil
}

// decide answers 1 for true, 0 for false, -1 for an error.
func decide(program cel.Program, vars map[string]any) int {
	out, _, err := program.Eval(vars)
	if err != nil {
		return -1
	}
	switch out.Value() {
	case true:
		return 1
	case false:
		return 0
	}
	return -1
}

func answers(ask question) ([][]int, error) {
	options := []cel.EnvOption{ext.Strings()}
	for _, root := range roots {
		options = append(options, cel.Variable(root, cel.MapType(cel.StringType, cel.DynType)))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, err
	}
	activations := make([]map[string]any, 0, len(ask.Views))
	for _, each := range ask.Views {
		vars, err := activation(each)
		if err != nil {
			return nil, err
		}
		activations = append(activations, vars)
	}
	all := make([][]int, 0, len(ask.Expressions))
	for _, expression := range ask.Expressions {
		// Parsed, not checked: as in Envoy, an operation is chosen by what its operands are when it runs.
		ast, issues := env.Parse(expression)
		if issues.Err() != nil {
			return nil, fmt.Errorf("%s\n%w", expression, issues.Err())
		}
		program, err := env.Program(ast)
		if err != nil {
			return nil, fmt.Errorf("%s\n%w", expression, err)
		}
		row := make([]int, 0, len(activations))
		for _, vars := range activations {
			row = append(row, decide(program, vars))
		}
		all = append(all, row)
	}
	return all, nil
}

func main() {
	var ask question
	err := json.NewDecoder(os.Stdin).Decode(&ask)
	if err == nil {
		var all [][]int
		if all, err = answers(ask); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(all)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
