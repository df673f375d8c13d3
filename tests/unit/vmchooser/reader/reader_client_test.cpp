#include "vmchooser/reader/reader_client.hpp"

#include "tests/unit/vmchooser/control_server.hpp"
#include "tests/unit/vmchooser/temp_folder.hpp"

#include <gtest/gtest.h>

using namespace farboot::vmchooser;
using namespace farboot::vmchooser::testing;
using namespace std::chrono_literals;

namespace
{

constexpr const char* envelope =
    R"({"payloadType": "application/vnd.farboot.vm.v1+json", "payload": "e30=", "signatures": []})";

struct Reader : ::testing::Test {
    TempFolder folder;
    std::filesystem::path path = folder / "control.sock";

    auto answering(std::string answer)
    {
        return std::make_unique<ControlServer>(path, [answer](const auto&) { return answer; });
    }
};

TEST_F(Reader, HandsOverARecordAsItCame)
{
    const auto server = answering("{\"ok\":true,\"export\":\"vm/tiny@3\",\"bytes\":512}\n");
    const auto added = ReaderClient(path).add(envelope);
    ASSERT_TRUE(added) << added.error().sentence;
    EXPECT_EQ(added->name, "vm/tiny@3");
    EXPECT_EQ(added->bytes, 512U);
    ASSERT_EQ(server->questions().size(), 1U);
    EXPECT_EQ(server->questions()[0],
              (nlohmann::json{{"version", 1}, {"command", "add"}, {"record", nlohmann::json::parse(envelope)}}));
}

TEST_F(Reader, RemovesByName)
{
    const auto server = answering("{\"ok\":true}\n");
    ASSERT_TRUE(ReaderClient(path).remove("vm/tiny@3"));
    EXPECT_EQ(server->questions()[0], (nlohmann::json{{"version", 1}, {"command", "remove"}, {"export", "vm/tiny@3"}}));
}

TEST_F(Reader, PassesARefusalOn)
{
    const auto server =
        answering("{\"ok\":false,\"reason\":\"signature-invalid\",\"sentence\":\"It does not verify.\"}\n");
    const auto added = ReaderClient(path).add(envelope);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().reason, "signature-invalid");
    EXPECT_EQ(added.error().sentence, "It does not verify.");
}

TEST_F(Reader, RefusesAnswersThatItDoesNotUnderstand)
{
    for (const auto* answer :
         {"nonsense\n", "{}\n", "{\"ok\":1}\n", "{\"ok\":true}\n", "{\"ok\":true,\"export\":\"x\",\"bytes\":-1}\n",
          "{\"ok\":true,\"export\":7,\"bytes\":1}\n"}) {
        const auto server = answering(answer);
        const auto added = ReaderClient(path).add(envelope);
        ASSERT_FALSE(added) << answer;
        EXPECT_EQ(added.error().reason, "reader-protocol") << answer;
        std::filesystem::remove(path);
    }
}

TEST_F(Reader, RefusesAnEndlessAnswer)
{
    const auto server = answering(std::string(100'000, ' '));
    EXPECT_EQ(ReaderClient(path).add(envelope).error().reason, "reader-protocol");
}

TEST_F(Reader, SaysThatTheReaderIsNotThere)
{
    EXPECT_EQ(ReaderClient(path).add(envelope).error().reason, "reader-unreachable");
    const auto server = answering("");
    EXPECT_EQ(ReaderClient(path).add(envelope).error().reason, "reader-unreachable");
}

/// A socket that nobody accepts from: the connection is made, and then there is silence.
TEST_F(Reader, GivesUpOnASilentReaderAndCanBeCancelled)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener, 8), 0);
    EXPECT_EQ(ReaderClient(path, 200ms).add(envelope).error().reason, "reader-unreachable");
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(ReaderClient(path, 1h).add(envelope, stop.get_token()).error().reason, "cancelled");
    ::close(listener);
}

TEST_F(Reader, AsksForTheBytesFetched)
{
    const auto server = answering("{\"ok\":true,\"exports\":[{\"fetched_bytes\":12000},{\"fetched_bytes\":345}]}\n");
    EXPECT_EQ(ReaderClient(path).bytes_fetched(), 12345U);
}

} // namespace
