#include "rootfs/record/envelope.hpp"

#include "rootfs/base/encoding.hpp"
#include "tests/unit/rootfs/record/sample.hpp"

#include <gtest/gtest.h>

namespace farboot::rootfs
{
namespace
{

using sample::Refused;

const std::string id(64, 'a');
const std::string sig = base64(as_bytes(std::string(64, 's')));

std::string with_signatures(const std::string& signatures)
{
    return fmt::format(R"({{"payloadType": "t", "payload": "e30=", "signatures": {}}})", signatures);
}

TEST(Envelope, SignsTheEncodingOfDssesOwnExample)
{
    // https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, test vector
    Envelope envelope{"http://example.com/HelloWorld", "hello world", {}};
    EXPECT_EQ(envelope.pre_authentication_encoding(), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

TEST(Envelope, ComesBackFromItsJsonByteForByte)
{
    auto key = SigningKey::generate();
    Envelope envelope{payload_type_of("boot"), std::string("\0\xff\"\n{}", 6), {}};
    envelope.sign(key);
    auto parsed = Envelope::parse(envelope.to_json());
    ASSERT_TRUE(parsed) << parsed.error().sentence;
    EXPECT_EQ(parsed->payload_type, "application/vnd.farboot.boot.v1+json");
    EXPECT_EQ(parsed->payload, envelope.payload);
    ASSERT_EQ(parsed->signatures.size(), 1U);
    EXPECT_EQ(parsed->signatures[0].key_id, key.public_key().id());
    EXPECT_EQ(parsed->signatures[0].bytes, envelope.signatures[0].bytes);
}

TEST(Envelope, IgnoresMembersItDoesNotKnow)
{
    EXPECT_TRUE(Envelope::parse(R"({"payloadType": "t", "payload": "e30=", "signatures": [], "note": {"a": [1]}})"));
}

TEST(Envelope, RefusesWhatIsNotDsse)
{
    for (std::string text : {"", "{", "[]", "null", "{} {}", "\"text\"", R"({"payload": "e30=", "signatures": []})",
                             R"({"payloadType": "t", "signatures": []})", R"({"payloadType": "t", "payload": "e30="})",
                             R"({"payloadType": 1, "payload": "e30=", "signatures": []})",
                             R"({"payloadType": "t", "payload": {}, "signatures": []})",
                             R"({"payloadType": "t", "payload": "e30=", "signatures": {}})"})
        EXPECT_THAT(Envelope::parse(text), Refused("envelope-malformed", "cannot be read")) << text;
}

TEST(Envelope, RefusesBadBase64)
{
    for (std::string payload : {"e30", "e30=\\n", "e31=", "e3 0=", "e30-"})
        EXPECT_THAT(Envelope::parse(R"({"payloadType": "t", "payload": ")" + payload + R"(", "signatures": []})"),
                    Refused("envelope-malformed", "not base64"))
            << payload;
}

TEST(Envelope, RefusesSignaturesOfAnotherShape)
{
    for (std::string item :
         {std::string("1"), std::string("{}"), R"({"keyid": ")" + id + R"("})", R"({"sig": ")" + sig + R"("})",
          R"({"keyid": ")" + id.substr(1) + R"(", "sig": ")" + sig + R"("})",
          R"({"keyid": ")" + std::string(64, 'A') + R"(", "sig": ")" + sig + R"("})",
          R"({"keyid": ")" + id + R"(", "sig": "c2hvcnQ="})", R"({"keyid": 7, "sig": ")" + sig + R"("})"})
        EXPECT_THAT(Envelope::parse(with_signatures("[" + item + "]")), Refused("envelope-malformed", "a signature"))
            << item;
}

TEST(Envelope, TakesSixteenSignaturesAndNoMore)
{
    std::string item = R"({"keyid": ")" + id + R"(", "sig": ")" + sig + R"("})";
    std::string list = item;
    for (int i = 1; i < 16; ++i)
        list += "," + item;
    EXPECT_TRUE(Envelope::parse(with_signatures("[" + list + "]")));
    EXPECT_THAT(Envelope::parse(with_signatures("[" + list + "," + item + "]")),
                Refused("envelope-malformed", "at most 16"));
}

TEST(Envelope, TakesOneMebibyteAndNoMore)
{
    std::string text = R"({"payloadType": "t", "payload": "e30=", "signatures": []})";
    text.append((1 << 20) - text.size(), ' ');
    EXPECT_TRUE(Envelope::parse(text));
    EXPECT_THAT(Envelope::parse(text + " "), Refused("envelope-malformed", "longer than 1048576 bytes"));
}

TEST(Envelope, RefusesAMemberThatStandsTwice)
{
    EXPECT_THAT(Envelope::parse(R"({"payloadType": "t", "payload": "e30=", "signatures": [], "payload": "e30="})"),
                Refused("envelope-malformed", "twice"));
}

TEST(Envelope, RefusesDeepNesting)
{
    std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    EXPECT_THAT(Envelope::parse(R"({"payloadType": "t", "payload": "e30=", "signatures": [], "x": )" + deep + "}"),
                Refused("envelope-malformed", "nested"));
}

} // namespace
} // namespace farboot::rootfs
