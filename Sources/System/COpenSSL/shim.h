#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

/* The selections are nested macros, which Swift does not import. */
static inline int weft_evp_pkey_public(void) { return EVP_PKEY_PUBLIC_KEY; }

/* BIO_get_mem_data is a macro over BIO_ctrl. */
static inline long weft_bio_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }

/* An encrypted key file is refused rather than asked about on the terminal. */
static inline EVP_PKEY *weft_read_plain_private_key(BIO *bio) {
    return PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"");
}
