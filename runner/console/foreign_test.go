package console

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	german   = "Quellübergreifende (Cross-Origin) Anfrage blockiert: Die Gleiche-Quelle-Regel verbietet das Lesen der externen Ressource auf " + address + ". (Grund: "
	french   = "Blocage d’une requête multiorigines (Cross-Origin Request) : la politique « Same Origin » ne permet pas de consulter la ressource distante située sur " + address + ". Raison : "
	chinese  = "已拦截跨源请求：同源策略禁止读取位于 " + address + " 的远程资源。（原因："
	spanish  = "Solicitud desde otro origen bloqueada: la política de mismo origen impide leer el recurso remoto en " + address + " (razón: "
	japanese = "クロスオリジン要求をブロックしました: 同一生成元ポリシーにより、" + address + " にあるリモートリソースの読み込みは拒否されます (理由: "
)

// TestForeign holds what a Firefox of another language says to what it means: by what is not translated, and by the word for missing.
func TestForeign(t *testing.T) {
	at := " url=" + address
	for text, want := range map[string]string{
		german + "CORS-Kopfzeile 'Access-Control-Allow-Origin' fehlt). Statuscode: 200.":                                                "allow-origin-missing" + at + " status=200",
		german + "CORS-Kopfzeile 'Access-Control-Allow-Origin' fehlt).":                                                                 "allow-origin-missing" + at,
		german + "CORS-Kopfzeile ‚Access-Control-Allow-Origin‘ fehlt). Statuscode: 403":                                                 "allow-origin-missing" + at + " status=403",
		german + "CORS-Kopfzeile 'Access-Control-Allow-Origin' stimmt nicht mit 'https://tools.example' überein).":                      "allow-origin-mismatch" + at + " value=https://tools.example",
		german + "CORS-Anfrage schlug fehl). Statuscode: (null).":                                                                       "transport" + at,
		german + "CORS-Preflight-Antwort war nicht erfolgreich). Statuscode: 403.":                                                      "preflight-status" + at + " status=403",
		german + "Methode in CORS-Kopfzeile 'Access-Control-Allow-Methods' nicht gefunden).":                                            "method-denied" + at,
		german + "'true' in CORS-Kopfzeile 'Access-Control-Allow-Credentials' erwartet).":                                               "credentials-not-true" + at,
		german + "CORS-Kopfzeile 'Origin' kann nicht hinzugefügt werden).":                                                              "not-by-mode" + at,
		german + "Anmeldedaten werden nicht unterstützt, wenn die CORS-Kopfzeile 'Access-Control-Allow-Origin' '*' ist).":               "wildcard-with-credentials" + at,
		german + "Mehrere CORS-Kopfzeilen 'Access-Control-Allow-Origin' nicht erlaubt).":                                                "blocked" + at,
		german + "Kopfzeile 'x-amz-date' ist nicht erlaubt gemäß Kopfzeile 'Access-Control-Allow-Headers' der CORS-Preflight-Antwort).": "header-denied" + at + " header=x-amz-date",
		german + "Ungültiges Token 'GET;PUT' in CORS-Kopfzeile 'Access-Control-Allow-Methods').":                                        "allow-methods-invalid" + at + " value=GET;PUT",
		french + "l’en-tête CORS « Access-Control-Allow-Origin » est manquant. Code d’état : 200.":                                      "allow-origin-missing" + at + " status=200",
		french + "échec de la requête CORS. Code d’état : (null). 2":                                                                    "transport" + at,
		french + "la requête CORS n’utilise pas http.":                                                                                  "blocked" + at,
		chinese + "CORS 头缺少 'Access-Control-Allow-Origin'）。状态码：200。":                                                                    "allow-origin-missing" + at + " status=200",
		spanish + "falta la cabecera CORS 'Access-Control-Allow-Origin'). Código de estado: 404.":                                       "allow-origin-missing" + at + " status=404",
		japanese + "CORS ヘッダー 'Access-Control-Allow-Origin' が足りない)。ステータスコード: 200":                                                       "allow-origin-missing" + at + " status=200",
		german + "irgendetwas Neues). https://developer.mozilla.org/docs/Web/HTTP/CORS/Errors/CORSNotSupportingCredentials":             "wildcard-with-credentials" + at,
		german + "etwas). https://developer.mozilla.org/docs/Web/HTTP/CORS/Errors/CORSAllowOriginNotMatchingOrigin?utm_source=devtools": "allow-origin-mismatch" + at,
	} {
		if diff := cmp.Diff([]string{"Firefox " + want}, saidAll(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	two := german + "CORS-Kopfzeile 'Access-Control-Allow-Origin' fehlt). Statuscode: 200.\n" + spanish + "falta la cabecera CORS 'Access-Control-Allow-Origin'). Código de estado: 404."
	if got := saidAll(two); len(got) != 2 {
		t.Errorf("two sentences are %q", got)
	}
	signed := "… auf https://s3.example.com/b/k?X-Amz-Signature=planted&x-id=GetObject. (Grund: CORS-Kopfzeile 'Access-Control-Allow-Origin' fehlt). Statuscode: 200."
	if diff := cmp.Diff([]string{"Firefox allow-origin-missing url=https://s3.example.com/b/k?X-Amz-Signature=REDACTED&x-id=GetObject status=200"}, saidAll(signed)); diff != "" {
		t.Error(diff)
	}
}

// TestForeignIsNotGuessed: an address in a text makes no message of it.
func TestForeignIsNotGuessed(t *testing.T) {
	for _, text := range []string{
		"", "siehe https://example.com/hilfe (Grund: fehlt)", "GET https://example.com/k 403: (null)", "«https://a.example» 'Origin' https://b.example",
		"https://developer.mozilla.org/docs/Web/HTTP/CORS", "CORS: https://example.com/",
	} {
		if got := saidAll(text); len(got) > 0 {
			t.Errorf("%q is taken for %q", text, got)
		}
	}
}

// TestDoubleQuotes: some consoles quote an address twice.
func TestDoubleQuotes(t *testing.T) {
	text := `Access to fetch at "https://my-bucket.s3.example.com/k" from origin "https://app.example.com" has been blocked by CORS policy: No "Access-Control-Allow-Origin" header is present on the requested resource.`
	if diff := cmp.Diff([]string{"Chromium allow-origin-missing" + whole}, saidAll(text)); diff != "" {
		t.Error(diff)
	}
}
