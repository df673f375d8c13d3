#include "rootfs/s3/signature.hpp"

#include <gmock/gmock.h>

namespace farboot::rootfs
{
namespace
{

using testing::EndsWith;
using testing::HasSubstr;

// The examples of Amazon's S3 API reference, "Signature Calculations for the Authorization Header" and "Authenticating
// Requests: Using Query Parameters": this key, this moment, this bucket, and the signatures that they have there.
const S3Signer signer({"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""}, "us-east-1");
constexpr std::chrono::sys_seconds moment = std::chrono::sys_days(std::chrono::year(2013) / 5 / 24);
const std::string host = "examplebucket.s3.amazonaws.com";
const Digest empty = sha256({});

std::string authorization(const S3Request& request, const Digest& body)
{
    return signer.headers(request, body, moment).back().second;
}

TEST(S3Signature, IsAmazonsOfAGetWithARange)
{
    EXPECT_EQ(authorization({"GET", host, "/test.txt", {}, {{"range", "bytes=0-9"}}}, empty),
              "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
              "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
              "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(S3Signature, IsAmazonsOfAPut)
{
    const S3Request put{"PUT",
                        host,
                        "/test%24file.text",
                        {},
                        {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}};
    EXPECT_THAT(authorization(put, sha256(as_bytes("Welcome to Amazon S3."))),
                EndsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST(S3Signature, IsAmazonsOfQueries)
{
    EXPECT_THAT(authorization({"GET", host, "/", {{"lifecycle", ""}}, {}}, empty),
                EndsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
    EXPECT_THAT(authorization({"GET", host, "/", {{"prefix", "J"}, {"max-keys", "2"}}, {}}, empty),
                EndsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(S3Signature, IsAmazonsInAnAddress)
{
    EXPECT_EQ(signer.query({"GET", host, "/test.txt", {}, {}}, std::chrono::hours(24), moment),
              "X-Amz-Algorithm=AWS4-HMAC-SHA256"
              "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
              "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
              "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(S3Signature, OfAKeyThatEndsHasItsToken)
{
    const S3Signer temporary({"AKID", "secret", "a/b="}, "us-east-1");
    const auto headers = temporary.headers({"GET", host, "/x", {}, {}}, empty, moment);
    EXPECT_EQ(headers[2], (std::pair<std::string, std::string>("x-amz-security-token", "a/b=")));
    EXPECT_THAT(headers.back().second, HasSubstr("x-amz-date;x-amz-security-token,"));
    EXPECT_THAT(temporary.query({"GET", host, "/x", {}, {}}, std::chrono::minutes(1), moment),
                HasSubstr("&X-Amz-Security-Token=a%2Fb%3D&"));
}

TEST(S3Signature, OpensOneFileOnly)
{
    const auto query = [](const std::string& method, const std::string& path) {
        return signer.query({method, host, path, {}, {}}, std::chrono::minutes(15), moment);
    };
    EXPECT_NE(query("GET", "/a"), query("GET", "/b"));
    EXPECT_NE(query("GET", "/a"), query("HEAD", "/a"));
    EXPECT_THAT(query("GET", "/a"), testing::Not(HasSubstr("wJalr")));
}

} // namespace
} // namespace farboot::rootfs
