// Reads objects, one JSON text per line, and writes for each what upstream's codecs make of it, without defaults, as one line of JSON:
// {"pb": base64 of its protobuf, "json": what comes out when that is decoded again}, or {"error": "..."}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"

	crdinstall "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	jsonserializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	aggregatorinstall "k8s.io/kube-aggregator/pkg/apis/apiregistration/install"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/controlplane"
)

type answer struct {
	Pb    []byte          `json:"pb,omitempty"`
	JSON  json.RawMessage `json:"json,omitempty"`
	Error string          `json:"error,omitempty"`
}

func main() {
	scheme := legacyscheme.Scheme
	crdinstall.Install(scheme)
	aggregatorinstall.Install(scheme)
	if err := metav1.AddMetaToScheme(scheme); err != nil {
		panic(err)
	}
	jsons := jsonserializer.NewSerializerWithOptions(jsonserializer.DefaultMetaFactory, scheme, scheme, jsonserializer.SerializerOptions{})
	protobufs := protobuf.NewSerializer(scheme, scheme)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		result, err := roundTrip(jsons, protobufs, lines.Bytes())
		if err != nil {
			result = answer{Error: err.Error()}
		}
		out.Encode(result)
	}
}

func roundTrip(jsons, protobufs runtime.Serializer, text []byte) (answer, error) {
	object, gvk, err := jsons.Decode(text, nil, nil)
	if err != nil {
		return answer{}, err
	}
	object.GetObjectKind().SetGroupVersionKind(*gvk)
	var pb, back bytes.Buffer
	if err := protobufs.Encode(object, &pb); err != nil {
		return answer{}, err
	}
	again, _, err := protobufs.Decode(pb.Bytes(), nil, nil)
	if err != nil {
		return answer{}, err
	}
	if err := jsons.Encode(again, &back); err != nil {
		return answer{}, err
	}
	return answer{Pb: pb.Bytes(), JSON: bytes.TrimSpace(back.Bytes())}, nil
}
