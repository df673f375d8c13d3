#include "server/uploads/metadata.hpp"

#include "rootfs/base/encoding.hpp"

#include <gtest/gtest.h>

using namespace farboot;
using uploads::Metadata;

namespace
{

std::string pair(const std::string& key, const std::string& value)
{
    return key + ' ' + base64(as_bytes(value));
}

void expect_refused(const std::string& header)
{
    const auto parsed = Metadata::parse(header);
    ASSERT_FALSE(parsed) << header;
    EXPECT_EQ(parsed.error().reason, "metadata-malformed") << header;
}

} // namespace

TEST(Metadata, NameAndDigestAreRead)
{
    const auto digest = sha256(as_bytes("x"));
    const auto parsed =
        Metadata::parse(pair("filename", "Übung 1.img") + "," + pair("sha256", digest.hex()) + ", is_secret");
    ASSERT_TRUE(parsed) << parsed.error().sentence;
    EXPECT_EQ(parsed->name, "Übung 1.img");
    EXPECT_EQ(parsed->sha256, digest);
}

TEST(Metadata, AllOfItMayBeMissing)
{
    const auto parsed = Metadata::parse("");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->name, "upload");
    EXPECT_FALSE(parsed->sha256);
    EXPECT_EQ(Metadata::parse(pair("name", "a"))->name, "a");
    EXPECT_EQ(Metadata::parse(pair("name", "a") + "," + pair("filename", "b"))->name, "b");
}

TEST(Metadata, NamesThatAreNoneAreRefused)
{
    for (const std::string name : {"", ".", "..", "a/b", "a\\b", "/etc/passwd", "a\nb", "a\x7f", "\xff", "\xc3"})
        expect_refused(pair("filename", name));
    expect_refused(pair("filename", std::string("a\0b", 3)));
    expect_refused(pair("filename", std::string(256, 'a')));
    EXPECT_TRUE(Metadata::parse(pair("filename", std::string(255, 'a'))));
}

TEST(Metadata, DigestsThatAreNoneAreRefused)
{
    for (const std::string& digest :
         {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'A'), std::string(64, 'g')})
        expect_refused(pair("sha256", digest));
}

TEST(Metadata, WhatIsNoListIsRefused)
{
    for (const std::string header : {",", "a,,b", " ", "filename YQ", "filename  YQ==", "filename YQ== YQ==",
                                     "filename !!!!", "a,a", "filename YQ==,filename YQ==", "k\xc3\xbc YQ=="})
        expect_refused(header);
    expect_refused(std::string(65, 'k'));
    expect_refused("k " + std::string(5000, 'A'));
    std::string many = "k0";
    for (int i = 1; i <= 20; ++i)
        many += ",k" + std::to_string(i);
    expect_refused(many);
}
