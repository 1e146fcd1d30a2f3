// Command ollama answers at Ollama's port what Ollama answers without a model. Its
// image of several GB is nothing that a lab could load.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

func main() {
	// Which pod answered, and whom: a Service is asked for nothing else.
	name, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "Ollama is running")
	})
	http.HandleFunc("GET /api/tags", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"models":[]}`)
	})
	http.HandleFunc("GET /who", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, name, r.RemoteAddr)
	})
	log.Fatal(http.ListenAndServe(":11434", nil))
}
