package embedded

import (
	"context"
	"errors"
	"io"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/valyala/fasthttp"
	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3api/utils"
	"github.com/versity/versitygw/s3err"
)

// checksum is what x-amz-checksum-* says of an object or a part. The zero value is none.
type checksum struct {
	algorithm types.ChecksumAlgorithm
	kind      types.ChecksumType
	value     string
}

// algorithms lists the checksums that the server knows. The SDK's structures have one field for each, named Checksum
// and the algorithm.
var algorithms = types.ChecksumAlgorithm("").Values()

// sentChecksum reads the checksum out of a structure of a request: at most one field is set.
func sentChecksum(request any, algorithm types.ChecksumAlgorithm) checksum {
	sum := checksum{algorithm: types.ChecksumAlgorithm(strings.Clone(string(algorithm)))}
	fields := reflect.Indirect(reflect.ValueOf(request))
	for _, algorithm := range algorithms {
		field := fields.FieldByName("Checksum" + string(algorithm))
		if !field.IsValid() || field.IsNil() {
			continue
		}
		if value, ok := field.Interface().(*string); ok {
			return checksum{algorithm: algorithm, value: strings.Clone(*value)}
		}
	}
	return sum
}

// put writes the checksum into a structure of an answer, a pointer to one with those same fields.
func (c checksum) put(answer any) {
	if c.value == "" {
		return
	}
	fields := reflect.ValueOf(answer).Elem()
	if field := fields.FieldByName("Checksum" + string(c.algorithm)); field.IsValid() {
		field.Set(reflect.ValueOf(&c.value))
	}
	if field := fields.FieldByName("ChecksumType"); field.IsValid() && field.Kind() == reflect.String {
		field.SetString(string(c.kind))
	}
}

// hashType is the server's name for the algorithm.
func hashType(algorithm types.ChecksumAlgorithm) utils.HashType {
	return utils.HashType(strings.ToLower(string(algorithm)))
}

// readBody reads a request's body and verifies the checksum that came with it, in a header or after the body. Without
// one it makes the server's default one, for the answer shows it.
func readBody(body io.Reader, sum checksum) ([]byte, checksum, error) {
	sum.kind = types.ChecksumTypeFullObject
	if trailing, ok := body.(middlewares.ChecksumReader); ok && trailing.Algorithm() != "" {
		// The reader verifies the trailer itself, and knows it only at the end.
		data, err := readAll(body)
		sum.algorithm = types.ChecksumAlgorithm(strings.ToUpper(trailing.Algorithm()))
		sum.value = strings.Clone(trailing.Checksum())
		return data, sum, err
	}
	if sum.algorithm == "" {
		sum.algorithm = types.ChecksumAlgorithmCrc64nvme
	}
	reader, err := utils.NewHashReader(body, sum.value, hashType(sum.algorithm))
	if err != nil {
		return nil, sum, s3err.GetAPIError(s3err.ErrInvalidChecksumAlgorithm)
	}
	data, err := readAll(reader)
	sum.value = reader.Sum()
	return data, sum, err
}

// readAll reads to the end. An error that is not the server's own is a client that went away; as it stands the server
// would print it.
func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(r)
	var known s3err.S3Error
	if err != nil && !errors.As(err, &known) {
		return nil, s3err.GetAPIError(s3err.ErrIncompleteBody)
	}
	return data, err
}

// checkLength refuses a body that ended before its announced length. The server's readers take that for its end, and
// without a checksum half an upload would be stored. A longer one is none of the backend's business: a body sent in
// chunks announces nothing. Neither is a form's, whose length includes what comes after the file.
func checkLength(ctx context.Context, data []byte, announced *int64) error {
	if request, ok := ctx.(*fasthttp.RequestCtx); ok && request.IsPost() {
		return nil
	}
	if announced != nil && int64(len(data)) < *announced {
		return s3err.GetAPIError(s3err.ErrIncompleteBody)
	}
	return nil
}
