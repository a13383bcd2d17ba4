package embedded

import (
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"
)

// answeredErrors begin the texts of the faults in a request for which versitygw has an answer of its own.
var answeredErrors = []string{"cannot parse Content-Length", "error when reading request headers"}

// ready makes the handler of [readyPath]. Its first request also quietens the server: what goes wrong before routing
// reaches versitygw's handler of errors, which prints most of it on standard error, a client that goes away in the
// middle of a body among it. The handler is not among versitygw's options, and the application that holds it can be had
// from a request alone. That first request is made by [Start], before anyone knows the port.
func ready() fiber.Handler {
	var once sync.Once
	return func(ctx fiber.Ctx) error {
		once.Do(func() {
			server := ctx.App().Server()
			server.ErrorHandler = quiet(server.ErrorHandler)
		})
		return ctx.SendStatus(http.StatusOK)
	}
}

// quiet passes on what the server answers without printing, and answers the rest with a bare 400.
func quiet(next func(*fasthttp.RequestCtx, error)) func(*fasthttp.RequestCtx, error) {
	return func(ctx *fasthttp.RequestCtx, err error) {
		if isAnswered(err) {
			next(ctx, err)
			return
		}
		ctx.Response.Reset()
		ctx.SetStatusCode(http.StatusBadRequest)
	}
}

func isAnswered(err error) bool {
	errSmallBuffer := &fasthttp.ErrSmallBuffer{}
	if errors.As(err, &errSmallBuffer) {
		return true
	}
	for _, text := range answeredErrors {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}
