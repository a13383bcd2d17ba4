package embedded

import (
	"github.com/gofiber/fiber/v3"
)

// Middleware stands between the client and the server, so that a test can have a server that misbehaves. It is called
// once for each request, before routing, and at the same time for concurrent ones. It calls next to let the server
// answer and may then change the answer; or it does not call next, and the request never reaches the server. A request
// that the server could not read comes through too, and gets the server's refusal whatever the middleware says.
//
//	func(x *embedded.Exchange, next func()) {
//		next()
//		x.DelHeader("Vary")
//	}
type Middleware func(x *Exchange, next func())

// handle is the form that the server takes.
func (m Middleware) handle(ctx fiber.Ctx) error {
	var err error
	m(&Exchange{ctx}, func() { err = ctx.Next() })
	return err
}

// Exchange is one request and its answer. It is valid during the call of the middleware only; the strings it returns
// may be kept.
type Exchange struct {
	ctx fiber.Ctx
}

// Method is the request's method.
func (x *Exchange) Method() string { return string(x.ctx.Request().Header.Method()) }

// Host is the request's Host header.
func (x *Exchange) Host() string { return string(x.ctx.Request().Header.Host()) }

// Target is the request's path and query as they came. A bucket named by the host is not in it.
func (x *Exchange) Target() string { return string(x.ctx.Request().Header.RequestURI()) }

// RequestHeader is the first value of a header of the request, empty if there is none.
func (x *Exchange) RequestHeader(name string) string {
	return string(x.ctx.Request().Header.Peek(name))
}

// Status is the answer's status as it stands.
func (x *Exchange) Status() int { return x.ctx.Response().StatusCode() }

// SetStatus changes the answer's status.
func (x *Exchange) SetStatus(code int) { x.ctx.Response().SetStatusCode(code) }

// Header returns all values of a header of the answer.
func (x *Exchange) Header(name string) []string {
	var values []string
	for _, value := range x.ctx.Response().Header.PeekAll(name) {
		values = append(values, string(value))
	}
	return values
}

// SetHeader gives the answer one header of that name.
func (x *Exchange) SetHeader(name, value string) { x.ctx.Response().Header.Set(name, value) }

// AddHeader adds a header line to the answer beside those of the same name.
func (x *Exchange) AddHeader(name, value string) { x.ctx.Response().Header.Add(name, value) }

// DelHeader removes all headers of that name from the answer. It may change the order of the others: remove first, then
// add.
func (x *Exchange) DelHeader(name string) { x.ctx.Response().Header.Del(name) }

// Body is the answer's body. A body that streams, as an object's does, is read into memory.
func (x *Exchange) Body() string { return string(x.ctx.Response().Body()) }

// SetBody replaces the answer's body; the length follows by itself.
func (x *Exchange) SetBody(body string) { x.ctx.Response().SetBodyString(body) }

// Abort cuts the connection, as a crashed server does. Nothing of the answer is sent.
func (x *Exchange) Abort() { _ = x.ctx.RequestCtx().Conn().Close() }
