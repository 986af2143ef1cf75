/** The name that the origins with TLS have; resolve it with a `lookup` of theirs. Names below `test` are nobody's (RFC 6761). */
export const wallName = 'wall.test'

/** Certificate and key of a server with TLS, in PEM. */
export interface ServerCertificate {
  readonly cert: string
  readonly key: string
}

/** Certificate authority of the certificates below, valid until the end of 2119. Its key was thrown away. */
export const wallAuthority: string = `-----BEGIN CERTIFICATE-----
MIIBbjCCARWgAwIBAgIBATAKBggqhkjOPQQDAjAeMRwwGgYDVQQDDBN3YWxsIHRl
c3QgYXV0aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIxMTkxMjMxMDAwMDAwWjAe
MRwwGgYDVQQDDBN3YWxsIHRlc3QgYXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZI
zj0DAQcDQgAElCI1snlgRXN4LP5ixomlULKhDzHkBEs0VeDsk2sw5ZqKjcFqxtbZ
alaSsSegXQNvsvyaSa+3CxZi6tqw6ZTFl6NCMEAwDwYDVR0TAQH/BAUwAwEB/zAO
BgNVHQ8BAf8EBAMCAgQwHQYDVR0OBBYEFJUvTw6PYRAmpKjKemJQSo+MQ+8aMAoG
CCqGSM49BAMCA0cAMEQCIBgRDu53bOdJVlZjNjKleo8Xv0TiE6IHUUblFv1JiHIw
AiBMG43Xe5O9nSJQ0VxzZzcuzF1dIG52Riy0FCBMx3uF4w==
-----END CERTIFICATE-----
`

/** The key of every certificate below: for tests only, and a secret to nobody. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYtTAJjXZggYD4nG3
F66V4K1ZgAc4VQrV0OnQsODHT4GhRANCAASMfQb5JkGtSYOI0nNaoSL8f2UbvkE2
RwDB+da0GdUF76dd6yDRVNAjma3vrD+iwaD0EEAcbiDqOjaL2nqUSswV
-----END PRIVATE KEY-----
`

/** For `wall.test`, by the authority, valid until the end of 2119. */
const good = `-----BEGIN CERTIFICATE-----
MIIBnTCCAUSgAwIBAgIBAjAKBggqhkjOPQQDAjAeMRwwGgYDVQQDDBN3YWxsIHRl
c3QgYXV0aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIxMTkxMjMxMDAwMDAwWjAU
MRIwEAYDVQQDDAl3YWxsLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASM
fQb5JkGtSYOI0nNaoSL8f2UbvkE2RwDB+da0GdUF76dd6yDRVNAjma3vrD+iwaD0
EEAcbiDqOjaL2nqUSswVo3sweTAMBgNVHRMBAf8EAjAAMBMGA1UdJQQMMAoGCCsG
AQUFBwMBMBQGA1UdEQQNMAuCCXdhbGwudGVzdDAdBgNVHQ4EFgQUHGuJw+EN6sBk
PngrQgXizdl1VGAwHwYDVR0jBBgwFoAUlS9PDo9hECakqMp6YlBKj4xD7xowCgYI
KoZIzj0EAwIDRwAwRAIgYu1BG7WP7nJpdeFHQJ2Ix/BxXCbd2/+h3Kn1JkD19u8C
ICWjrz4yYYTQbjYCOtoz0yDZZ0roUbcVwEOHVxhOVB2p
-----END CERTIFICATE-----
`

/** As the good one, but valid in January 2020 only. */
const expired = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUKgAwIBAgIBAzAKBggqhkjOPQQDAjAeMRwwGgYDVQQDDBN3YWxsIHRl
c3QgYXV0aG9yaXR5MB4XDTIwMDEwMTAwMDAwMFoXDTIwMDIwMTAwMDAwMFowFDES
MBAGA1UEAwwJd2FsbC50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEjH0G
+SZBrUmDiNJzWqEi/H9lG75BNkcAwfnWtBnVBe+nXesg0VTQI5mt76w/osGg9BBA
HG4g6jo2i9p6lErMFaN7MHkwDAYDVR0TAQH/BAIwADATBgNVHSUEDDAKBggrBgEF
BQcDATAUBgNVHREEDTALggl3YWxsLnRlc3QwHQYDVR0OBBYEFBxricPhDerAZD54
K0IF4s3ZdVRgMB8GA1UdIwQYMBaAFJUvTw6PYRAmpKjKemJQSo+MQ+8aMAoGCCqG
SM49BAMCA0gAMEUCIQDM47hJwij/RsSVfO7Kx3r8ahG0/cqfb0pRkZvEpOKWmAIg
AdTtYHJ5ZhcI4ILHq4WcBNOOK5XfvBsmMYIk6x+92pk=
-----END CERTIFICATE-----
`

/** As the good one, but for `other.test`. */
const wrongHost = `-----BEGIN CERTIFICATE-----
MIIBnzCCAUagAwIBAgIBBDAKBggqhkjOPQQDAjAeMRwwGgYDVQQDDBN3YWxsIHRl
c3QgYXV0aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIxMTkxMjMxMDAwMDAwWjAV
MRMwEQYDVQQDDApvdGhlci50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
jH0G+SZBrUmDiNJzWqEi/H9lG75BNkcAwfnWtBnVBe+nXesg0VTQI5mt76w/osGg
9BBAHG4g6jo2i9p6lErMFaN8MHowDAYDVR0TAQH/BAIwADATBgNVHSUEDDAKBggr
BgEFBQcDATAVBgNVHREEDjAMggpvdGhlci50ZXN0MB0GA1UdDgQWBBQca4nD4Q3q
wGQ+eCtCBeLN2XVUYDAfBgNVHSMEGDAWgBSVL08Oj2EQJqSoynpiUEqPjEPvGjAK
BggqhkjOPQQDAgNHADBEAiA40+g0I85SWg/amk4w6Zt/Jj826lpL++FH69r1jFZF
igIgH03dOESA4yX0JAV2zya8E4UgTcjzNw7zIhb152gzNpg=
-----END CERTIFICATE-----
`

/** For `wall.test`, by nobody but itself. */
const selfSigned = `-----BEGIN CERTIFICATE-----
MIIBcjCCARmgAwIBAgIBBTAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAl3YWxsLnRl
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjExOTEyMzEwMDAwMDBaMBQxEjAQBgNVBAMM
CXdhbGwudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIx9BvkmQa1Jg4jS
c1qhIvx/ZRu+QTZHAMH51rQZ1QXvp13rINFU0COZre+sP6LBoPQQQBxuIOo6Nova
epRKzBWjWjBYMAwGA1UdEwEB/wQCMAAwEwYDVR0lBAwwCgYIKwYBBQUHAwEwFAYD
VR0RBA0wC4IJd2FsbC50ZXN0MB0GA1UdDgQWBBQca4nD4Q3qwGQ+eCtCBeLN2XVU
YDAKBggqhkjOPQQDAgNHADBEAiAvwqJaUFVu8sWr6C0s4uoT+0oKDw1vjnHpLZyM
l3yv+gIgfJb8nbn3pcavcfLF7cPUUyJsr7SkEwnaQdcgFDVzGTk=
-----END CERTIFICATE-----
`

export const certificates: Readonly<
  Record<'good' | 'expired' | 'wrongHost' | 'selfSigned', ServerCertificate>
> = Object.freeze({
  good: { key, cert: good },
  expired: { key, cert: expired },
  wrongHost: { key, cert: wrongHost },
  selfSigned: { key, cert: selfSigned },
})
