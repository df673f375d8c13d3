#include "rootfs/s3/key.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace farboot::rootfs
{
namespace
{

class S3KeyTest : public testing::Test
{
protected:
    void SetUp() override
    {
        for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
            ::unsetenv(name);
    }
    static std::string reason(std::string_view text)
    {
        const auto key = S3Key::parse(text, "the file");
        return key ? "good" : key.error().reason;
    }
};

TEST_F(S3KeyTest, IsReadAsOtherProgramsWriteIt)
{
    const auto key = S3Key::parse("[other]\naws_access_key_id = X\naws_secret_access_key=X\n[default]\r\n"
                                  "# mine\n aws_access_key_id = AKID \naws_secret_access_key=a=b/c\r\n"
                                  "region = x\n",
                                  "f");
    ASSERT_TRUE(key) << key.error().sentence;
    EXPECT_EQ(key->access_key, "AKID");
    EXPECT_EQ(key->secret_key, "a=b/c");
    EXPECT_EQ(key->session_token, "");
    EXPECT_EQ(reason("aws_access_key_id=a\naws_secret_access_key=b\naws_session_token=c"), "good");
}

TEST_F(S3KeyTest, IsRefusedIfItWouldBreakARequest)
{
    for (const char* text :
         {"", "aws_access_key_id = AKID", "aws_secret_access_key = x",
          "aws_access_key_id = a b\naws_secret_access_key = x", "aws_access_key_id = a/b\naws_secret_access_key = x",
          "[x]\naws_access_key_id = a\naws_secret_access_key = x"})
        EXPECT_EQ(reason(text), "key-malformed") << text;
}

TEST_F(S3KeyTest, OfTheEnvironmentCountsWhereNoFileIsNamed)
{
    EXPECT_EQ(S3Key::load("").error().reason, "key-missing");
    ::setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    ::setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    EXPECT_EQ(S3Key::load("")->access_key, "AKID");
    ::setenv("AWS_SESSION_TOKEN", "a\nb", 1);
    EXPECT_EQ(S3Key::load("").error().reason, "key-malformed");
}

TEST_F(S3KeyTest, InAFileIsForItsOwnerAlone)
{
    const auto file = std::filesystem::temp_directory_path() / "farboot-s3-key-test";
    std::ofstream(file) << "aws_access_key_id = AKID\naws_secret_access_key = secret\n";
    using std::filesystem::perms;
    std::filesystem::permissions(file, perms::owner_read | perms::group_read);
    const auto open = S3Key::load(file);
    EXPECT_EQ(open.error().reason, "key-permissions");
    EXPECT_THAT(open.error().sentence, testing::HasSubstr("chmod 600"));
    std::filesystem::permissions(file, perms::owner_read);
    EXPECT_EQ(S3Key::load(file)->secret_key, "secret");
    std::filesystem::remove(file);
    EXPECT_EQ(S3Key::load(file).error().reason, "not-found");
}

} // namespace
} // namespace farboot::rootfs
