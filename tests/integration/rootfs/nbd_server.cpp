#include "tests/integration/rootfs/nbd_server.hpp"

#include "rootfs/nbd/control_client.hpp"

#include <stdexcept>

#include <libnbd.h>

namespace farboot::test
{

namespace
{

std::vector<std::string> command_line(const std::filesystem::path& folder, const std::vector<std::string>& parameters,
                                      std::vector<std::string> command)
{
    std::filesystem::create_directories(folder);
    std::filesystem::remove(folder / "ready"); // of one before
    command.insert(command.end(), {"nbdkit", "-f", "-r", "-U", (folder / "nbd.sock").string(), "-P",
                                   (folder / "ready").string(), FARBOOT_PLUGIN});
    command.insert(command.end(), parameters.begin(), parameters.end());
    command.push_back("control=" + (folder / "control.sock").string());
    return command;
}

} // namespace

NbdServer::NbdServer(std::filesystem::path folder, const std::vector<std::string>& parameters,
                     std::vector<std::string> wrapper)
    : folder_(std::move(folder)), process_(command_line(folder_, parameters, std::move(wrapper)), folder_ / "log")
{
    // The socket's file is there a moment before somebody listens on it.
    if (!eventually([&] { return std::filesystem::exists(folder_ / "ready") || !process_.running(); }) ||
        !process_.running())
        throw std::runtime_error(log());
}

std::string NbdServer::uri(const std::string& name) const
{
    return "nbd+unix:///" + name + "?socket=" + (folder_ / "nbd.sock").string();
}

nlohmann::json NbdServer::ask(const nlohmann::json& command) const
{
    const auto answer = rootfs::ask_reader(control(), command.dump());
    return answer ? nlohmann::json::parse(*answer) : nlohmann::json{{"sentence", answer.error().sentence}};
}

NbdClient::NbdClient(const std::string& uri) : handle_(nbd_create())
{
    if (nbd_connect_uri(handle_, uri.c_str()) == 0)
        return;
    const std::string words = nbd_get_error();
    nbd_close(handle_);
    throw std::runtime_error(words);
}

NbdClient::~NbdClient()
{
    nbd_close(handle_);
}

NbdClient::Read NbdClient::read(std::uint64_t offset, std::size_t count)
{
    Read result;
    result.bytes.resize(count);
    if (nbd_pread(handle_, result.bytes.data(), count, offset, 0) != 0)
        result.error = nbd_get_errno();
    return result;
}

} // namespace farboot::test
