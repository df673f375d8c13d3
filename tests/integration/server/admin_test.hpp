#pragma once

#include "tests/integration/server/server_process.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

namespace farboot::test
{

/// A real server, and `farboot` as its admin.
class AdminTest : public ServerTest
{
protected:
    void SetUp() override
    {
        ServerTest::SetUp();
        write_whole(path("token"), token_ + "\n");
        std::filesystem::permissions(path("token"), std::filesystem::perms::owner_read);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path / name).string(); }

    /// Runs `farboot`; expects this exit code.
    std::string farboot(std::vector<std::string> words, int expected = 0)
    {
        words.insert(words.begin(), FARBOOT_PROGRAM);
        words.insert(words.end(), {"--server", fmt::format("https://127.0.0.1:{}", port_), "--ca",
                                   (data() / "ca.pem").string(), "--token-file", path("token")});
        std::string output;
        EXPECT_EQ(run(words, &output), expected) << output;
        return output;
    }
};

} // namespace farboot::test
