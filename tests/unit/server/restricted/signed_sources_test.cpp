#include "server/restricted/signed_sources.hpp"

#include "rootfs/base/digest.hpp"

#include <gmock/gmock.h>

namespace farboot::server
{
namespace
{

using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::sys_seconds now{std::chrono::seconds(1'800'000'000)};
const std::string digest = sha256(as_bytes("x")).hex();
const std::string pack = "v1/packs/" + digest.substr(0, 2) + "/" + digest;

SignedSources sources()
{
    SignedSources sources(rootfs::S3Signer({"AKID", "the-secret", ""}, "us-east-1"));
    EXPECT_TRUE(sources.add("https://s3.example.org/images/farboot/"));
    return sources;
}

TEST(SignedSources, AreThoseOfTheMenu)
{
    auto some = sources();
    EXPECT_TRUE(some.knows("https://s3.example.org/images/farboot"));
    EXPECT_FALSE(some.knows("https://s3.example.org/images"));
    EXPECT_EQ(some.add("s3://images").error().reason, "s3-address");
    EXPECT_TRUE(some.add("https://s3.example.org:443/images/farboot")); // the same
    EXPECT_EQ(some.urls(), std::vector<std::string>{"https://s3.example.org/images/farboot"});
    SignedSources nowhere(rootfs::S3Signer({"AKID", "the-secret", ""}, "no region"));
    EXPECT_EQ(nowhere.add("https://s3.example.org/images").error().reason, "s3-address");
}

TEST(SignedSources, OpenFilesOfAnAudienceOnly)
{
    for (const auto& path : {"v1/manifests/" + digest, "v1/locators/" + digest, "v1/hot/" + digest, pack})
        EXPECT_TRUE(SignedSources::is_path(path)) << path;
    for (const auto& path :
         {std::string(), digest, "/" + pack, "v1/files/" + digest, "v1/packs/zz/" + digest, "v2/hot/" + digest,
          "../v1/hot/" + digest, "v1/hot/../hot/" + digest, "v1/hot/" + digest + "/", std::string("v1/hot/")})
        EXPECT_FALSE(SignedSources::is_path(path)) << path;
}

TEST(SignedSources, SignOneFileOfOneAudienceForAWhile)
{
    const auto some = sources();
    const auto query = [&](std::string_view audience, std::string_view path, std::chrono::seconds life) {
        return some.query("https://s3.example.org/images/farboot", audience, path, life, now);
    };
    const auto minute = std::chrono::seconds(60);
    EXPECT_THAT(query("exam", pack, minute), HasSubstr("X-Amz-Expires=60&"));
    EXPECT_THAT(query("exam", pack, minute), Not(HasSubstr("the-secret")));
    EXPECT_NE(query("exam", pack, minute), query("staff", pack, minute));
    EXPECT_NE(query("exam", pack, minute), query("exam", "v1/hot/" + digest, minute));
    // As a signer would that knows the whole address.
    const rootfs::S3Signer signer({"AKID", "the-secret", ""}, "us-east-1");
    EXPECT_EQ(query("exam", pack, minute),
              signer.query({"GET", "s3.example.org", "/images/farboot/restricted/exam/" + pack, {}, {}}, minute, now));
}

} // namespace
} // namespace farboot::server
