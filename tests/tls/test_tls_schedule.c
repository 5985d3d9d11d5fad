/* SPDX-License-Identifier: BSD-2-Clause */
/* The values are those of RFC 8448 3, and for TLS 1.2 and 1.0 of the PRFs computed independently (Python's hmac). */
#include "harness.h"
#include "hex.h"
#include "loaded_openssl.h"
#include "tls_protection.h"
#include "tls_transcript.h"

static const char CLIENT_HELLO[] =
    "0303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7000006130113031302010000910000000b00090000"
    "06736572766572ff01000100000a00140012001d0017001800190100010101020103010400230000003300260024001d002099381de560"
    "e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e040305030603020308040805080604"
    "010501060102010402050206020202002d00020101001c00024001";
static const char SERVER_HELLO[] =
    "0303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024001d0020c9828876112095"
    "fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304";
/* EncryptedExtensions, Certificate, CertificateVerify, Finished. */
static const char SERVER_FLIGHT[] =
    "080000240022000a00140012001d00170018001901000101010201030104001c00024001000000000b0001b9000001b50001b0308201ac"
    "30820115a003020102020102300d06092a864886f70d01010b0500300e310c300a06035504031303727361301e170d3136303733303031"
    "323335395a170d3236303733303031323335395a300e310c300a0603550403130372736130819f300d06092a864886f70d010101050003"
    "818d0030818902818100b4bb498f8279303d980836399b36c6988c0c68de55e1bdb826d3901a2461eafd2de49a91d015abbc9a95137ace"
    "6c1af19eaa6af98c7ced43120998e187a80ee0ccb0524b1b018c3e0b63264d449a6d38e22a5fda430846748030530ef0461c8ca9d9efbf"
    "ae8ea6d1d03e2bd193eff0ab9a8002c47428a6d35a8d88d79f7f1e3f0203010001a31a301830090603551d1304023000300b0603551d0f"
    "0404030205a0300d06092a864886f70d01010b05000381810085aad2a0e5b9276b908c65f73a7267170618a54c5f8a7b337d2df7a59436"
    "5417f2eae8f8a58c8f8172f9319cf36b7fd6c55b80f21a03015156726096fd335e5e67f2dbf102702e608ccae6bec1fc63a42a99be5c3e"
    "b7107c3c54e9b9eb2bd5203b1c3b84e0a8b2f759409ba3eac9d91d402dcc0cc8f8961229ac9187b42b4de100000f000084080400805a74"
    "7c5d88fa9bd2e55ab085a61015b7211f824cd484145ab3ff52f1fda8477b0b7abc90db78e2d33a5c141a078653fa6bef780c5ea248eeaa"
    "a785c4f394cab6d30bbe8d4859ee511f602957b15411ac027671459e46445c9ea58c181e818e95b8c3fb0bf3278409d3be152a3da5043e"
    "063dda65cdf5aea20d53dfacd42f74f3140000209b9b141d906337fbd2cbdce71df4deda4ab42c309572cb7fffee5454b78f0718";

static struct tls_secret secret_of(const char *hex)
{
	struct tls_secret secret = { 0 };

	secret.length = (uint8_t)hex_read(hex, secret.bytes, sizeof secret.bytes);
	return secret;
}

static struct tls_suite suite_of(uint16_t number)
{
	struct tls_suite suite;

	ck_assert(tls_suite_find(number, &suite));
	return suite;
}

START_TEST(test_transcript_of_rfc_8448)
{
	struct tls_crypto *crypto = tls_crypto_create(loaded_openssl());
	uint8_t bytes[1024], one[1];
	struct tls_transcript t;
	size_t length;

	tls_transcript_init(&t, NULL);
	length = hex_read(CLIENT_HELLO, bytes, sizeof bytes);
	tls_transcript_hello(&t, 1, span_of(bytes, length), false);
	ck_assert(!tls_transcript_begin(&t, crypto, TLS_SHA256));
	length = hex_read(SERVER_HELLO, bytes, sizeof bytes);
	tls_transcript_hello(&t, 2, span_of(bytes, length), false);
	ck_assert(tls_transcript_begin(&t, crypto, TLS_SHA256));
	hex_assert(t.to_server_hello, "860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8");
	length = hex_read(SERVER_FLIGHT, bytes, sizeof bytes);
	for (size_t i = 0; i < length; i++) {
		ck_assert(!t.finished);
		*one = bytes[i];
		tls_transcript_server(&t, span_of(one, 1));
	}
	ck_assert(t.finished && !t.broken);
	hex_assert(t.to_finished, "9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13");
	tls_transcript_finish(&t);
	tls_crypto_destroy(crypto);
}
END_TEST

START_TEST(test_secrets_of_rfc_8448)
{
	struct tls_secret handshake =
			      secret_of("1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac"),
			  master, traffic;
	struct tls_crypto *crypto = tls_crypto_create(loaded_openssl());
	uint8_t hello[32], finished[32];
	struct span to_hello = span_of(hello, 32), to_finished = span_of(finished, 32);

	hex_read("860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8", hello, 32);
	hex_read("9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13", finished, 32);
	ck_assert(tls_derive_secret(crypto, TLS_SHA256, &handshake, "c hs traffic", to_hello, &traffic));
	hex_assert(traffic.bytes, "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21");
	ck_assert(tls_derive_secret(crypto, TLS_SHA256, &handshake, "s hs traffic", to_hello, &traffic));
	hex_assert(traffic.bytes, "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
	ck_assert(tls_master_secret(crypto, TLS_SHA256, &handshake, &master));
	hex_assert(master.bytes, "18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919");
	ck_assert(tls_derive_secret(crypto, TLS_SHA256, &master, "c ap traffic", to_finished, &traffic));
	hex_assert(traffic.bytes, "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
	ck_assert(tls_derive_secret(crypto, TLS_SHA256, &master, "s ap traffic", to_finished, &traffic));
	hex_assert(traffic.bytes, "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643");
	tls_crypto_destroy(crypto);
}
END_TEST

START_TEST(test_record_keys_of_rfc_8448)
{
	struct tls_secret secret =
	    secret_of("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
	struct tls_crypto *crypto = tls_crypto_create(loaded_openssl());
	struct tls_suite suite = suite_of(0x1301), other = suite_of(0x1302);
	struct tls_record_keys keys;

	ck_assert(tls_traffic_keys(crypto, &suite, &secret, &keys));
	hex_assert(keys.key, "3fce516009c21727d0f2e4e86ee403bc");
	hex_assert(keys.iv, "5d313eb2671276ee13000b30");
	/* The secret of a suite with another hash. */
	ck_assert(!tls_traffic_keys(crypto, &other, &secret, &keys));
	tls_crypto_destroy(crypto);
}
END_TEST

START_TEST(test_application_record_of_rfc_8448)
{
	static const char record[] =
	    "a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62"
	    "974e1f5a6292a2977014bd1e3deae63aeebb21694915e4";
	struct tls_secret secret =
	    secret_of("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
	struct tls_protection_config config = { .version = 0x0304, .suite = suite_of(0x1301) };
	struct tls_sealed sealed = { .header = { 23, 3, 3, 0, 0x43 } };
	struct tls_crypto *crypto = tls_crypto_create(loaded_openssl());
	struct tls_protection p = { 0 };
	uint8_t content[128], out[128];
	struct tls_record_keys keys;
	struct tls_plain plain;

	sealed.content = span_of(content, hex_read(record, content, sizeof content));
	ck_assert_uint_eq(sealed.content.length, 0x43);
	ck_assert(tls_traffic_keys(crypto, &config.suite, &secret, &keys));
	ck_assert(tls_protection_begin(&p, crypto, &config, &keys));
	ck_assert(!tls_protection_open(&p, &sealed, 1, out, &plain));
	ck_assert(tls_protection_open(&p, &sealed, 0, out, &plain));
	ck_assert_uint_eq(plain.type, 23);
	ck_assert_uint_eq(plain.bytes.length, 50);
	for (unsigned i = 0; i < 50; i++)
		ck_assert_uint_eq(plain.bytes.at[i], i);
	/* Each damaged bit makes it fail. */
	for (unsigned i = 0; i < sealed.content.length; i++) {
		content[i] ^= 1;
		ck_assert(!tls_protection_open(&p, &sealed, 0, out, &plain));
		content[i] ^= 1;
	}
	tls_protection_end(&p);
	tls_crypto_destroy(crypto);
}
END_TEST

/* Keys from a master secret of 00..2f and randoms from 64 and c8 (hexadecimal) on. */
static void old_keys(uint16_t version, uint16_t number, struct tls_record_keys keys[static 2])
{
	struct tls_crypto *crypto = tls_crypto_create(loaded_openssl());
	struct tls_suite suite = suite_of(number);
	struct tls_secret master = { .length = 48 };
	uint8_t client[32], server[32];
	const struct tls_old_handshake handshake = { version, client, server };

	for (unsigned i = 0; i < 48; i++)
		master.bytes[i] = (uint8_t)i;
	for (unsigned i = 0; i < 32; i++) {
		client[i] = (uint8_t)(100 + i);
		server[i] = (uint8_t)(200 + i);
	}
	ck_assert(tls_old_keys(crypto, &suite, &master, &handshake, keys));
	tls_crypto_destroy(crypto);
}

START_TEST(test_keys_of_tls_1_2)
{
	/* TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 */
	struct tls_record_keys keys[2];

	old_keys(0x0303, 0xc030, keys);
	hex_assert(keys[0].key, "2df9d6055794d3c919f265a64be20e36531b6c808ce08bd7d5d8e219524579d0");
	hex_assert(keys[1].key, "1f4ccfad325acca3ca0b05d6db158d68c6eb35277fe2e12273c0cccee39a4e53");
	hex_assert(keys[0].iv, "e8534ed7");
	hex_assert(keys[1].iv, "6aaad589");
}
END_TEST

START_TEST(test_keys_of_tls_1_0)
{
	/* TLS_RSA_WITH_AES_128_CBC_SHA */
	struct tls_record_keys keys[2];

	old_keys(0x0301, 0x002f, keys);
	hex_assert(keys[0].mac_key, "9fc5169b2699a49a756540a0c0c401f6596996ca");
	hex_assert(keys[1].mac_key, "8db2f282cf2b977b9756347a28dd25db88b103f9");
	hex_assert(keys[0].key, "acd907b96c9531f7ebb387bbd874eb97");
	hex_assert(keys[1].key, "930b607f2f32f6b00a04ce9cbd1e6071");
	hex_assert(keys[0].iv, "1aa3059b227af2b90080de283a3b6f7d");
	hex_assert(keys[1].iv, "41017fc801b0916ff3f0d69e83859385");
}
END_TEST

SUITE("tls_schedule", test_transcript_of_rfc_8448, test_secrets_of_rfc_8448, test_record_keys_of_rfc_8448,
      test_application_record_of_rfc_8448, test_keys_of_tls_1_2, test_keys_of_tls_1_0)
