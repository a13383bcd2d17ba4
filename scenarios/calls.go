package scenarios

import "slices"

// BucketCall is a call in a bucket's life that leaves its CORS configuration alone, or takes it away with the bucket. What the call itself
// answers is not judged; what the configuration does afterwards is.
type BucketCall struct {
	Name   Call
	Method string
	Query  string
	Fields []Field
	Body   string // {bucket} stands for the bucket's name
	OnKey  bool   // the call is on the object that is asked for, not on the bucket
}

// RecreateBucket deletes the bucket and makes it again: it has no configuration then.
const RecreateBucket Call = "RecreateBucket"

// BucketCalls lists every call, [RecreateBucket] not among them. None of them opens the bucket to anybody.
var BucketCalls = []BucketCall{
	{Name: "PutBucketAcl", Method: "PUT", Query: "acl=", Fields: fields("x-amz-acl", "private")},
	{Name: "PutBucketPolicy", Method: "PUT", Query: "policy=", Body: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{bucket}/corsprobe-denied/*"}]}`},
	{Name: "DeleteBucketPolicy", Method: "DELETE", Query: "policy="},
	{Name: "PutBucketVersioning", Method: "PUT", Query: "versioning=", Body: "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"},
	{Name: "PutBucketTagging", Method: "PUT", Query: "tagging=", Body: tagging},
	{Name: "PutBucketWebsite", Method: "PUT", Query: "website=", Body: "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>"},
	{Name: "PutBucketLifecycleConfiguration", Method: "PUT", Query: "lifecycle=", Body: "<LifecycleConfiguration><Rule><ID>corsprobe</ID><Filter><Prefix>corsprobe-never/</Prefix></Filter><Status>Disabled</Status><Expiration><Days>3650</Days></Expiration></Rule></LifecycleConfiguration>"},
	{Name: "PutPublicAccessBlock", Method: "PUT", Query: "publicAccessBlock=", Body: "<PublicAccessBlockConfiguration><BlockPublicAcls>false</BlockPublicAcls></PublicAccessBlockConfiguration>"},
	{Name: "PutObject", Method: "PUT", Body: "corsprobe was here\n", OnKey: true},
	{Name: "DeleteBucketTagging", Method: "DELETE", Query: "tagging="},
	{Name: "DeleteBucketWebsite", Method: "DELETE", Query: "website="},
	{Name: "DeleteBucketLifecycle", Method: "DELETE", Query: "lifecycle="},
	{Name: "DeletePublicAccessBlock", Method: "DELETE", Query: "publicAccessBlock="},
	{Name: "PutBucketEncryption", Method: "PUT", Query: "encryption=", Body: "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"},
	{Name: "DeleteBucketEncryption", Method: "DELETE", Query: "encryption="},
	{Name: "PutBucketOwnershipControls", Method: "PUT", Query: "ownershipControls=", Body: "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>"},
	{Name: "PutBucketNotificationConfiguration", Method: "PUT", Query: "notification=", Body: "<NotificationConfiguration/>"},
	{Name: "PutBucketLogging", Method: "PUT", Query: "logging=", Body: "<BucketLoggingStatus/>"},
	{Name: "PutBucketRequestPayment", Method: "PUT", Query: "requestPayment=", Body: "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"},
	{Name: "PutBucketAccelerateConfiguration", Method: "PUT", Query: "accelerate=", Body: "<AccelerateConfiguration><Status>Suspended</Status></AccelerateConfiguration>"},
}

// BucketCallByName finds a call; false where no call has that name.
func BucketCallByName(name Call) (BucketCall, bool) {
	i := slices.IndexFunc(BucketCalls, func(c BucketCall) bool { return c.Name == name })
	if i < 0 {
		return BucketCall{}, false
	}
	return BucketCalls[i], true
}

// Digest is how PutBucketCors is protected on its way (fact 70).
type Digest string

// The digests that a configuration may be sent with.
const (
	MD5AndCRC32 Digest = "md5-and-crc32" // as corsprobe sends it: some servers know only one of them
	MD5         Digest = "md5"           // as SDKs sent it until 2022
	CRC32       Digest = "crc32"         // as they send it since 2025
	CRC32C      Digest = "crc32c"
	SHA1        Digest = "sha1"
	SHA256      Digest = "sha256"
	CRC64NVME   Digest = "crc64nvme" // the newest, which not every server knows
	Trailing    Digest = "trailing"  // CRC32 after a body in chunks, as SDKs send streams; not every server takes a configuration so

	// These two do not protect what is sent, and S3 refuses it (fact 70).
	WrongMD5     Digest = "wrong-md5"     // of another document
	MalformedMD5 Digest = "malformed-md5" // a Content-MD5 that cannot be read
)

// MayBeUnknown reports a digest that an endpoint need not know.
func (d Digest) MayBeUnknown() bool { return d == CRC64NVME || d == Trailing }

// Spoilt reports a digest for which S3 refuses the call, whatever configuration is put.
func (d Digest) Spoilt() bool { return d == WrongMD5 || d == MalformedMD5 }

// Digests lists every digest, the usual one first.
var Digests = []Digest{MD5AndCRC32, MD5, CRC32, CRC32C, SHA1, SHA256, CRC64NVME, Trailing, WrongMD5, MalformedMD5}

// On says which bucket a step's configuration call names; empty: the scenario's own.
type On string

// The buckets that a call may name.
const (
	OwnBucket    On = "own-bucket"
	NoSuchBucket On = "missing-bucket" // one that does not exist
)

// callNames are the words that a step's call may be.
func callNames() []string {
	names := []string{string(RecreateBucket)}
	for _, c := range BucketCalls {
		names = append(names, string(c.Name))
	}
	return names
}
