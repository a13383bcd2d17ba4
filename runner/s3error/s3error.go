// Package s3error reads S3's error documents. It is the one place that does, so that a body means the same to every judge and to whoever
// writes a suite of their own.
package s3error

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"sync"
)

// Document is the part of an error document that is compared or told.
type Document struct {
	Code, Message, Method, ResourceType, BucketName string
	// Elements are all the children of the root, in order.
	Elements []Element
}

// Element is one child of an error document's root.
type Element struct{ Name, Value string }

// What keeps a body from being an error document.
var (
	ErrEmpty    = errors.New("no document")
	ErrCutShort = errors.New("it is cut short")
)

// Read reads an error document: XML with the root Error. The error says why a body is none. Of a document that is cut short or that breaks off
// in mid-air it returns what came before, beside the error. The document is shared by all who read the same body: nobody may change it.
func Read(body string) (Document, error) {
	if len(body) > longestKept {
		return read(body)
	}
	kept.mu.Lock()
	known, ok := kept.by[body]
	kept.mu.Unlock()
	if !ok {
		known.doc, known.err = read(body)
		kept.keep(body, known)
	}
	return known.doc, known.err
}

// kept are the documents that were read last. A run looks at each refusal several times, and many servers refuse in always the same words.
var kept documents

const (
	mostKept    = 1000
	longestKept = 4 << 10
)

type documents struct {
	mu sync.Mutex
	by map[string]outcome
}

type outcome struct {
	doc Document
	err error
}

func (d *documents) keep(body string, o outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.by == nil || len(d.by) >= mostKept {
		d.by = map[string]outcome{}
	}
	d.by[body] = o
}

func read(body string) (Document, error) {
	d := xml.NewDecoder(strings.NewReader(body))
	root, err := nextStart(d)
	switch {
	case errors.Is(err, io.EOF):
		return Document{}, ErrEmpty
	case err != nil:
		return Document{}, errors.New("not XML: " + err.Error())
	case root.Name.Local != "Error":
		return Document{}, errors.New("its root is " + root.Name.Local)
	}
	var doc Document
	for {
		token, err := d.Token()
		if err != nil {
			return doc, ErrCutShort
		}
		switch token := token.(type) {
		case xml.EndElement:
			return doc, nil
		case xml.StartElement:
			var value string
			if d.DecodeElement(&value, &token) != nil {
				return doc, ErrCutShort
			}
			doc.add(Element{token.Name.Local, value})
		}
	}
}

func (d *Document) add(e Element) {
	d.Elements = append(d.Elements, e)
	switch e.Name {
	case "Code":
		d.Code = e.Value
	case "Message":
		d.Message = e.Value
	case "Method":
		d.Method = e.Value
	case "ResourceType":
		d.ResourceType = e.Value
	case "BucketName":
		d.BucketName = e.Value
	}
}

// Like returns the elements whose names are a name but for case, and not that name: "Resourcetype" for ResourceType.
func (d Document) Like(name string) []Element {
	var alike []Element
	for _, e := range d.Elements {
		if e.Name != name && strings.EqualFold(e.Name, name) {
			alike = append(alike, e)
		}
	}
	return alike
}

// Same reports that two documents say the same: the request's number and the like, which differ from answer to answer, do not count.
func (d Document) Same(e Document) bool {
	return d.Code == e.Code && d.Message == e.Message && d.Method == e.Method && d.ResourceType == e.ResourceType && d.BucketName == e.BucketName
}

// nextStart goes on to the next element.
func nextStart(d *xml.Decoder) (xml.StartElement, error) {
	for {
		token, err := d.Token()
		if err != nil {
			return xml.StartElement{}, err
		}
		if start, ok := token.(xml.StartElement); ok {
			return start, nil
		}
	}
}
