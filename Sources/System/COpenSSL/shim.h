#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

/* A public key of the sort from its parameters, which are freed; NULL when they make none. */
static inline EVP_PKEY *weft_public_key(const char *sort, OSSL_PARAM_BLD *build) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, sort, NULL);
    if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1
        || EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
        key = NULL;
    }
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(context);
    return key;
}

/* A public key on the named curve from its uncompressed point, NULL when that is not on the curve. In C
   because the builder keeps the pointers it is given, and a Swift string's lives only for one call. */
static inline EVP_PKEY *weft_ec_public_key(const char *group, const unsigned char *point, size_t count) {
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *check = NULL;
    if (build == NULL) return NULL;
    if (OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) != 1
        || OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, count) != 1) {
        OSSL_PARAM_BLD_free(build);
        return NULL;
    }
    key = weft_public_key("EC", build);
    if (key == NULL) return NULL;
    check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (check == NULL || EVP_PKEY_public_check(check) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    EVP_PKEY_CTX_free(check);
    return key;
}

/* An RSA public key from modulus and exponent. */
static inline EVP_PKEY *weft_rsa_public_key(const BIGNUM *n, const BIGNUM *e) {
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    if (build == NULL) return NULL;
    if (OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) != 1
        || OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) != 1) {
        OSSL_PARAM_BLD_free(build);
        return NULL;
    }
    return weft_public_key("RSA", build);
}

/* An Ed25519 public key from its 32 bytes. */
static inline EVP_PKEY *weft_ed25519_public_key(const unsigned char *bytes) {
    return EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, bytes, 32);
}

/* Whether the signature is the message's: the digest's name, or NULL for Ed25519; PSS has a salt as long
   as the digest (RFC 7518 section 3.5). */
static inline int weft_verify(EVP_PKEY *key, const char *digest, int pss, const unsigned char *signature,
                              size_t length, const unsigned char *message, size_t count) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *detail = NULL;
    int good = context != NULL
               && EVP_DigestVerifyInit_ex(context, &detail, digest, NULL, NULL, key, NULL) == 1
               && (!pss
                   || (EVP_PKEY_CTX_set_rsa_padding(detail, RSA_PKCS1_PSS_PADDING) == 1
                       && EVP_PKEY_CTX_set_rsa_pss_saltlen(detail, RSA_PSS_SALTLEN_DIGEST) == 1))
               && EVP_DigestVerify(context, signature, length, message, count) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return good;
}

/* The same for ECDSA, whose signature in a JWS is r and s, each of half the length. */
static inline int weft_verify_ecdsa(EVP_PKEY *key, const char *digest, const unsigned char *raw,
                                    size_t length, const unsigned char *message, size_t count) {
    unsigned char *der = NULL;
    int size, good = 0;
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, (int)(length / 2), NULL);
    BIGNUM *s = BN_bin2bn(raw + length / 2, (int)(length / 2), NULL);
    if (signature == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(signature, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(signature);
        return 0;
    }
    size = i2d_ECDSA_SIG(signature, &der);
    if (size > 0) good = weft_verify(key, digest, 0, der, (size_t)size, message, count);
    OPENSSL_free(der);
    ECDSA_SIG_free(signature);
    return good;
}

/* A P-256 private key from its number and its point, NULL when they are none. */
static inline EVP_PKEY *weft_p256_private_key(
    const unsigned char *point, size_t count, const unsigned char *scalar, size_t scalar_count) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM *parameters = NULL;
    BIGNUM *number = BN_bin2bn(scalar, (int)scalar_count, NULL);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    if (number != NULL && context != NULL && build != NULL
        && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1
        && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1
        && OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, count) == 1
        && (parameters = OSSL_PARAM_BLD_to_param(build)) != NULL
        && EVP_PKEY_fromdata_init(context) == 1
        && EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) != 1) {
        key = NULL;
    }
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(context);
    BN_clear_free(number);
    return key;
}

/* BIO_get_mem_data is a macro over BIO_ctrl. */
static inline long weft_bio_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }

/* An encrypted key file is refused rather than asked about on the terminal. */
static inline EVP_PKEY *weft_read_plain_private_key(BIO *bio) {
    return PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"");
}
