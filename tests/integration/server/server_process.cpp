#include "tests/integration/server/server_process.hpp"

#include "tests/reserved_port.hpp"
#include "tests/unit/server/catalog/postgresql.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <regex>

namespace farboot::test
{

namespace
{

/// ctest runs the program on this database, too.
bool meant_for_postgresql()
{
    const char* name = std::getenv("FARBOOT_TEST_DATABASE");
    return name != nullptr && name == std::string_view("postgresql");
}

} // namespace

std::string fresh_postgresql_url()
{
    const auto settings = PostgreSql::instance()->fresh();
    return fmt::format("postgresql://{}@/{}?host={}", settings.user, settings.name, settings.host);
}

void ServerTest::SetUp()
{
    if (init_options_.empty() && meant_for_postgresql()) {
        if (!PostgreSql::instance())
            GTEST_SKIP() << "PostgreSQL is not installed";
        init_options_ = {"--database", fresh_postgresql_url()};
    }
    for (const auto& folder : {store(), web() / "menu/assets", web() / "admin"})
        std::filesystem::create_directories(folder);
    std::string output;
    std::vector<std::string> init{"init"};
    init.insert(init.end(), init_options_.begin(), init_options_.end());
    ASSERT_EQ(command(init, &output), 0) << output;
    ASSERT_EQ(command({"token", "--name", "test"}, &token_), 0) << token_;
    token_.pop_back();
    start();
}

int ServerTest::command(std::vector<std::string> words, std::string* output)
{
    std::vector<std::string> line{FARBOOT_SERVER, words.front(), "--data", data().string()};
    line.insert(line.end(), words.begin() + 1, words.end());
    return run(line, output);
}

void ServerTest::start()
{
    write_whole(folder_.path / "log", "");
    std::vector<std::string> line{FARBOOT_SERVER,   "run",   "--data",      data().string(), "--store",
                                  store().string(), "--web", web().string()};
    // The same ports again, where it was killed; nobody else has got them meanwhile.
    for (auto* port : {&port_, &plain_port_})
        if (*port == 0)
            *port = reserved_port();
    for (const auto& [option, port] : {std::pair("--listen", port_), std::pair("--listen-plain", plain_port_)})
        line.insert(line.end(), {option, fmt::format("127.0.0.1:{}", port)});
    line.insert(line.end(), more_options_.begin(), more_options_.end());
    line.insert(line.begin(), wrapper_.begin(), wrapper_.end());
    server_ = std::make_unique<Process>(line, folder_.path / "log");
    std::smatch match;
    std::string text;
    const std::regex ports("url=https://127.0.0.1:([0-9]+)\n(?:.*\n)*.*url=http://127.0.0.1:([0-9]+)\n");
    ASSERT_TRUE(eventually([&] { return std::regex_search(text = log(), match, ports) || !server_->running(); }))
        << log();
    ASSERT_FALSE(match.empty()) << log();
    port_ = static_cast<std::uint16_t>(std::stoi(match[1]));
    plain_port_ = static_cast<std::uint16_t>(std::stoi(match[2]));
    if (openapi_)
        return;
    const auto document = request("GET", "/api/v1/openapi.json");
    ASSERT_EQ(document.status, 200) << document.body;
    openapi_ = std::make_shared<const OpenApi>(nlohmann::json::parse(document.body));
}

std::string request_text(const std::string& method, const std::string& path, const std::string& body,
                         const Headers& headers)
{
    auto text = fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:8443\r\n", method, path);
    for (const auto& [name, value] : headers)
        text += fmt::format("{}: {}\r\n", name, value);
    if (!body.empty())
        text += fmt::format("Content-Length: {}\r\n", body.size());
    return text + "\r\n" + body;
}

Answer ServerTest::request(const std::string& method, const std::string& path, const std::string& body,
                           const Headers& headers)
{
    auto client = connect();
    client.send(request_text(method, path, body, headers));
    auto answer = client.receive(method == "HEAD");
    if (openapi_ && answer.status && path.starts_with("/api/v1/")) {
        const Exchange exchange{method, path, body, answer.status, answer.headers["content-type"], answer.body};
        for (const auto& problem : openapi_->problems(exchange))
            ADD_FAILURE() << method << " " << path << " is not as server/api/openapi.yaml has it: " << problem << "\n"
                          << body << "\n"
                          << answer.status << " " << answer.body;
    }
    return answer;
}

std::string ServerTest::events_after(const std::string& id, const std::string& awaited)
{
    const auto seen = folder_.path / "events";
    std::filesystem::remove(seen);
    Process curl({"/usr/bin/curl", "--silent", "--no-buffer", "--cacert", (data() / "ca.pem").string(), "--header",
                  "Authorization: Bearer " + token_, "--header", "Last-Event-ID: " + id,
                  fmt::format("https://127.0.0.1:{}/api/v1/events", port_)},
                 seen);
    std::string text;
    EXPECT_TRUE(eventually([&] { return (text = read_whole(seen)).find(awaited) != std::string::npos; })) << text;
    return text;
}

Answer ServerTest::admin(const std::string& method, const std::string& path, const std::string& body, Headers headers)
{
    headers.emplace_back("Authorization", "Bearer " + token_);
    return request(method, path, body, headers);
}

} // namespace farboot::test
