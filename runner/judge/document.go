package judge

import "encoding/xml"

// ErrorDocument is the part of S3's error document that is compared.
type ErrorDocument struct {
	XMLName      xml.Name `xml:"Error"`
	Code         string   `xml:"Code"`
	Message      string   `xml:"Message"`
	Method       string   `xml:"Method"`
	ResourceType string   `xml:"ResourceType"`
	BucketName   string   `xml:"BucketName"`
}

// ParseError reads an error document. The error says why the body is none.
func ParseError(body string) (ErrorDocument, error) {
	var doc ErrorDocument
	err := xml.Unmarshal([]byte(body), &doc)
	return doc, err
}
