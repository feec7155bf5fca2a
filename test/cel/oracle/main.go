// Program oracle says what upstream makes of CEL expressions and of the rules of CRDs: one JSON request a line, one answer a line.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	schemacel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/common"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
	"k8s.io/apiserver/pkg/warning"
)

type request struct {
	// Expr alone: in the base environment, with variables of the type dyn.
	Expr      string          `json:"expr"`
	Variables json.RawMessage `json:"variables"`
	// Schema: of a custom resource; its rules are checked as those of a CRD, and the object by them.
	Schema json.RawMessage `json:"schema"`
	Object json.RawMessage `json:"object"`
	Old    json.RawMessage `json:"old"`
}

type answer struct {
	Issues        string   `json:"issues,omitempty"`
	PlanError     string   `json:"planError,omitempty"`
	Type          string   `json:"type,omitempty"`
	EstimatedMin  string   `json:"estimatedMin,omitempty"`
	EstimatedMax  string   `json:"estimatedMax,omitempty"`
	Value         string   `json:"value,omitempty"`
	Error         string   `json:"error,omitempty"`
	Cost          string   `json:"cost,omitempty"`
	CRDErrors     []string `json:"crdErrors,omitempty"`
	ObjectErrors  []string `json:"objectErrors,omitempty"`
	Warnings      []string `json:"warnings,omitempty"`
	RemainingCost string   `json:"remainingCost,omitempty"`
}

func main() {
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Buffer(make([]byte, 1<<20), 1<<26)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for scanner.Scan() {
		var r request
		if err := json.Unmarshal(scanner.Bytes(), &r); err != nil {
			panic(err)
		}
		if len(r.Schema) > 0 {
			must(out.Encode(byRules(r)))
		} else {
			must(out.Encode(byExpression(r)))
		}
	}
	must(scanner.Err())
}

func byExpression(r request) (a answer) {
	set := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
	vars := map[string]any{}
	if len(r.Variables) > 0 {
		must(utiljson.Unmarshal(r.Variables, &vars))
	}
	opts := []cel.EnvOption{}
	for name := range vars {
		opts = append(opts, cel.Variable(name, cel.DynType))
	}
	env, err := set.NewExpressionsEnv().Extend(opts...)
	must(err)
	ast, issues := env.Compile(r.Expr)
	if issues != nil {
		a.Issues = issues.String()
		return a
	}
	a.Type = ast.OutputType().String()
	estimator := &library.CostEstimator{}
	estimate, err := env.EstimateCost(ast, estimator)
	must(err)
	a.EstimatedMin, a.EstimatedMax = fmt.Sprint(estimate.Min), fmt.Sprint(estimate.Max)
	program, err := env.Program(ast, cel.CostTracking(estimator), cel.CostLimit(celconfig.PerCallLimit), cel.InterruptCheckFrequency(celconfig.CheckFrequency))
	if err != nil {
		a.PlanError = err.Error()
		return a
	}
	value, details, err := program.ContextEval(context.Background(), vars)
	if details != nil && details.ActualCost() != nil {
		a.Cost = fmt.Sprint(*details.ActualCost())
	}
	if err != nil {
		a.Error = err.Error()
		return a
	}
	a.Value = types.Format(value)
	return a
}

type recorder struct{ texts []string }

func (r *recorder) AddWarning(_, text string) { r.texts = append(r.texts, text) }

func byRules(r request) (a answer) {
	v1Props := &apiextensionsv1.JSONSchemaProps{}
	must(json.Unmarshal(r.Schema, v1Props))
	props := &apiextensions.JSONSchemaProps{}
	must(apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(v1Props, props, nil))
	crd := &apiextensions.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "things.example.com", UID: "u"},
		Spec: apiextensions.CustomResourceDefinitionSpec{
			Group: "example.com",
			Scope: apiextensions.NamespaceScoped,
			Names: apiextensions.CustomResourceDefinitionNames{Plural: "things", Singular: "thing", Kind: "Thing", ListKind: "ThingList"},
			Version:               "v1",
			Versions:              []apiextensions.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: true}},
			Validation:            &apiextensions.CustomResourceValidation{OpenAPIV3Schema: props},
			PreserveUnknownFields: new(bool),
		},
		Status: apiextensions.CustomResourceDefinitionStatus{StoredVersions: []string{"v1"}},
	}
	for _, err := range validation.ValidateCustomResourceDefinition(context.Background(), crd) {
		a.CRDErrors = append(a.CRDErrors, err.Error())
	}
	if len(r.Object) == 0 {
		return a
	}
	structural, err := structuralschema.NewStructural(props)
	must(err)
	validator := schemacel.NewValidator(structural, true, celconfig.PerCallLimit)
	if validator == nil {
		return a
	}
	var object, old any
	must(utiljson.Unmarshal(r.Object, &object))
	options := []schemacel.Option{}
	if len(r.Old) > 0 {
		must(utiljson.Unmarshal(r.Old, &old))
		options = append(options, schemacel.WithRatcheting(common.NewCorrelatedObject(object, old, &model.Structural{Structural: structural})))
	}
	warnings := &recorder{}
	ctx := warning.WithWarningRecorder(context.Background(), warnings)
	errs, remaining := validator.Validate(ctx, nil, structural, object, old, celconfig.RuntimeCELCostBudget, options...)
	for _, err := range errs {
		a.ObjectErrors = append(a.ObjectErrors, err.Error())
	}
	a.Warnings = warnings.texts
	a.RemainingCost = fmt.Sprint(remaining)
	return a
}

func must(err error) {
	if err != nil && !reflect.ValueOf(err).IsNil() {
		panic(err)
	}
}
