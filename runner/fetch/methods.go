package fetch

// NormalizeMethod writes DELETE, GET, HEAD, OPTIONS, POST and PUT in upper case whatever case they come in, and leaves
// any other method alone: "patch" stays "patch" (fetch#concept-method-normalize). An empty method is GET.
func NormalizeMethod(method string) string {
	switch upper := byteUpper(method); upper {
	case "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT":
		return upper
	case "":
		return "GET"
	}
	return method
}

// IsForbiddenMethod reports whether script may not use a method, in any case of letters (fetch#forbidden-method).
func IsForbiddenMethod(method string) bool {
	switch byteUpper(method) {
	case "CONNECT", "TRACE", "TRACK":
		return true
	}
	return false
}

// IsSafelistedMethod reports whether a method alone needs no preflight (fetch#cors-safelisted-method). It takes a
// method that is normalised already.
func IsSafelistedMethod(method string) bool {
	switch method {
	case "GET", "HEAD", "POST":
		return true
	}
	return false
}
