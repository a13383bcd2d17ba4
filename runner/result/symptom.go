package result

// Symptom is what a line of a browser's console, or an error document of S3's, says, and what to make of it. Fields are empty where the line does
// not tell.
type Symptom struct {
	Source string `json:"source"` // "Chromium", "Firefox", "Safari" or "S3"
	ID     string `json:"id"`     // of the meaning; corsprobe explain says more of those that are reasons
	// URL is the address that was asked for; signatures replaced by "REDACTED".
	URL            string `json:"url,omitempty"`
	RedirectedFrom string `json:"redirectedFrom,omitempty"`
	Origin         string `json:"origin,omitempty"` // of the page
	Method         string `json:"method,omitempty"`
	Header         string `json:"header,omitempty"` // the one that is spoken of
	Value          string `json:"value,omitempty"`  // of the header that is spoken of
	Status         string `json:"status,omitempty"`
	Code           string `json:"code,omitempty"`     // of S3's error document
	Message        string `json:"message,omitempty"`  // S3's
	Endpoint       string `json:"endpoint,omitempty"` // the host to use instead, as S3 says
	Region         string `json:"region,omitempty"`   // the region to use instead, as S3 says

	Means  string   `json:"means"`
	Causes []string `json:"causes"` // likeliest first
	// Command settles which of them it is; empty: none does. Reads says how to read what it prints, Assumes what in it is a guess.
	Command string   `json:"command,omitempty"`
	Reads   string   `json:"reads,omitempty"`
	Assumes []string `json:"assumes,omitempty"`
	// Configuration is what to write, as aws s3api put-bucket-cors takes it; empty: nothing.
	Configuration string `json:"configuration,omitempty"`
	Note          string `json:"note,omitempty"` // on the configuration
	// Chromium and Firefox are the names under which their consoles and documentation have the reason; empty where there is none.
	Chromium string `json:"chromium,omitempty"`
	Firefox  string `json:"firefox,omitempty"`
}
