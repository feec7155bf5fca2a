package main

import (
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/scheme"
)

// Widget is this operator's own kind: so many pods that say a greeting.
type Widget struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty"`
	Spec            WidgetSpec   `json:"spec,omitempty"`
	Status          WidgetStatus `json:"status,omitempty"`
}

type WidgetSpec struct {
	Replicas int32  `json:"replicas"`
	Greeting string `json:"greeting,omitempty"`
	// Defaulted by the definition.
	Colour string `json:"colour,omitempty"`
}

type WidgetStatus struct {
	ObservedGeneration int64            `json:"observedGeneration,omitempty"`
	ReadyReplicas      int32            `json:"readyReplicas,omitempty"`
	Secrets            int32            `json:"secrets,omitempty"`
	Conditions         []meta.Condition `json:"conditions,omitempty"`
}

type WidgetList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty"`
	Items         []Widget `json:"items"`
}

func (w *Widget) DeepCopy() *Widget {
	out := *w
	w.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Status.Conditions = append([]meta.Condition(nil), w.Status.Conditions...)
	return &out
}

func (w *Widget) DeepCopyObject() runtime.Object { return w.DeepCopy() }

func (l *WidgetList) DeepCopyObject() runtime.Object {
	out := &WidgetList{TypeMeta: l.TypeMeta, ListMeta: *l.ListMeta.DeepCopy()}
	for i := range l.Items {
		out.Items = append(out.Items, *l.Items[i].DeepCopy())
	}
	return out
}

var groupVersion = schema.GroupVersion{Group: "operator.sublet.dev", Version: "v1"}

var widgetScheme = (&scheme.Builder{GroupVersion: groupVersion}).Register(&Widget{}, &WidgetList{})

const definitionName = "widgets.operator.sublet.dev"

func definition() *apiextensions.CustomResourceDefinition {
	type props = apiextensions.JSONSchemaProps
	limit := 20.0
	listType, listKey := "map", []string{"type"}
	condition := props{
		Type:     "object",
		Required: []string{"type", "status"},
		Properties: map[string]props{
			"type": {Type: "string"}, "status": {Type: "string"}, "reason": {Type: "string"}, "message": {Type: "string"},
			"lastTransitionTime": {Type: "string", Format: "date-time"}, "observedGeneration": {Type: "integer", Format: "int64"},
		},
	}
	return &apiextensions.CustomResourceDefinition{
		ObjectMeta: meta.ObjectMeta{Name: definitionName},
		Spec: apiextensions.CustomResourceDefinitionSpec{
			Group: groupVersion.Group,
			Scope: apiextensions.NamespaceScoped,
			Names: apiextensions.CustomResourceDefinitionNames{
				Plural: "widgets", Singular: "widget", Kind: "Widget", ListKind: "WidgetList", ShortNames: []string{"wd"}, Categories: []string{"all"},
			},
			Versions: []apiextensions.CustomResourceDefinitionVersion{{
				Name: groupVersion.Version, Served: true, Storage: true,
				Subresources: &apiextensions.CustomResourceSubresources{Status: &apiextensions.CustomResourceSubresourceStatus{}},
				AdditionalPrinterColumns: []apiextensions.CustomResourceColumnDefinition{
					{Name: "Ready", Type: "integer", JSONPath: ".status.readyReplicas"},
				},
				Schema: &apiextensions.CustomResourceValidation{OpenAPIV3Schema: &props{
					Type: "object",
					Properties: map[string]props{
						"spec": {
							Type:     "object",
							Required: []string{"replicas"},
							Properties: map[string]props{
								"replicas": {Type: "integer", Format: "int32", Maximum: &limit},
								"greeting": {Type: "string"},
								"colour":   {Type: "string", Default: &apiextensions.JSON{Raw: []byte(`"blue"`)}, Enum: []apiextensions.JSON{{Raw: []byte(`"blue"`)}, {Raw: []byte(`"red"`)}}},
							},
							XValidations: apiextensions.ValidationRules{{
								Rule: "self.replicas != 13 || self.colour == 'red'", Message: "thirteen widgets have to be red",
							}},
						},
						"status": {
							Type: "object",
							Properties: map[string]props{
								"observedGeneration": {Type: "integer", Format: "int64"},
								"readyReplicas":      {Type: "integer", Format: "int32"},
								"secrets":            {Type: "integer", Format: "int32"},
								"conditions":         {Type: "array", XListType: &listType, XListMapKeys: listKey, Items: &apiextensions.JSONSchemaPropsOrArray{Schema: &condition}},
							},
						},
					},
				}},
			}},
		},
	}
}
