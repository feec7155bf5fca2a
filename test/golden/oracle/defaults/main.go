// Reads objects, one JSON text per line, and writes what upstream's own decoder makes of each: defaulted, as JSON, one per line.
// A line that can't be decoded is answered with {"error": "..."}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"

	crdinstall "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	jsonserializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	aggregatorinstall "k8s.io/kube-aggregator/pkg/apis/apiregistration/install"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/controlplane"
)

func main() {
	crdinstall.Install(legacyscheme.Scheme)
	aggregatorinstall.Install(legacyscheme.Scheme)
	decoder := serializer.NewCodecFactory(legacyscheme.Scheme).UniversalDeserializer()
	encoder := jsonserializer.NewSerializerWithOptions(jsonserializer.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme, jsonserializer.SerializerOptions{})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		answer, err := defaulted(decoder, encoder, lines.Bytes())
		if err != nil {
			answer, _ = json.Marshal(map[string]string{"error": err.Error()})
		}
		out.Write(bytes.TrimSpace(answer))
		out.WriteByte('\n')
	}
}

func defaulted(decoder runtime.Decoder, encoder runtime.Encoder, text []byte) ([]byte, error) {
	object, _, err := decoder.Decode(text, nil, nil)
	if err != nil {
		return nil, err
	}
	legacyscheme.Scheme.Default(object)
	var buffer bytes.Buffer
	err = encoder.Encode(object, &buffer)
	return buffer.Bytes(), err
}
