#pragma once

#include "tests/integration/rootfs/process.hpp"
#include "tests/integration/server/tls_client.hpp"
#include "tests/unit/server/api/openapi.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace farboot::test
{

using Headers = std::vector<std::pair<std::string, std::string>>;

/// farboot-server on a free port, on SQLite unless the environment has FARBOOT_TEST_DATABASE=postgresql, with a data
/// folder, a store and pages of its own, and an admin's token.
class ServerTest : public testing::Test
{
protected:
    void SetUp() override;

    /// Runs a command of the server's program, with `--data`; gives the exit code.
    int command(std::vector<std::string> words, std::string* output = nullptr);
    void start();
    [[nodiscard]] std::string log() { return read_whole(folder_.path / "log"); }

    [[nodiscard]] TlsClient connect() { return {port_, data() / "ca.pem"}; }
    /// One request on a connection of its own.
    Answer request(const std::string& method, const std::string& path, const std::string& body = {},
                   const Headers& headers = {});
    /// The same with the admin's token.
    Answer admin(const std::string& method, const std::string& path, const std::string& body = {},
                 Headers headers = {});

    /// The event stream behind an event, until `awaited` is in it or it does not come.
    std::string events_after(const std::string& id, const std::string& awaited);

    [[nodiscard]] std::filesystem::path data() const { return folder_.path / "data"; }
    [[nodiscard]] std::filesystem::path store() const { return folder_.path / "store"; }
    [[nodiscard]] std::filesystem::path web() const { return folder_.path / "web"; }

    Folder folder_;
    std::unique_ptr<Process> server_;
    std::uint16_t port_ = 0;
    std::uint16_t plain_port_ = 0;
    std::string token_;
    std::shared_ptr<const OpenApi> openapi_; ///< as the server has it: each request below /api/v1 is checked against it
    std::vector<std::string> init_options_;  ///< set before SetUp()
    std::vector<std::string> wrapper_;       ///< of start(): a program and its options that run the server
    std::vector<std::string> more_options_;  ///< for start()
};

/// An empty database of the PostgreSQL that this program has started.
[[nodiscard]] std::string fresh_postgresql_url();

[[nodiscard]] std::string request_text(const std::string& method, const std::string& path, const std::string& body,
                                       const Headers& headers);

} // namespace farboot::test
