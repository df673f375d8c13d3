#pragma once

#include "pbl/agent/agent.hpp"
#include "tests/unit/pbl/agent/boot_server.hpp"
#include "tests/unit/pbl/agent/face.hpp"
#include "tests/unit/pbl/agent/fake_system.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <thread>

namespace farboot::agent::testing_agent
{

/// One PC with a running agent, and its server.
class AgentTest : public testing::Test
{
protected:
    AgentTest();
    ~AgentTest() override;

    /// Puts a boot record with two initramfs files on the server; `alter` changes it before it is signed.
    void publish(const std::string& series, const std::function<void(rootfs::BootRecord&)>& alter = {});
    [[nodiscard]] rootfs::BootRecord boot_record(const std::string& series);
    /// The server's menu, with changes.
    void set_menu(const nlohmann::json& changes = {});
    void write_network();
    /// A script that stands for gui-start.
    void set_gui_script(const std::string& body);

    void start();
    void stop();
    /// Starts the agent and gives a face that sees everything from the start: the network comes up only then.
    [[nodiscard]] std::unique_ptr<Face> start_watched();
    /// A face that has been greeted.
    [[nodiscard]] std::unique_ptr<Face> connect();
    /// What was printed on the console; waits until `text` is part of it.
    std::string wait_console(const std::string& text);
    [[nodiscard]] std::string console() const;
    /// Asks for a boot and gives the error state that follows.
    [[nodiscard]] nlohmann::json error_of_boot(const std::string& record);

    rootfs::testing_fetch::Folder folder_;
    Authority authority_;
    Keys keys_;
    BootServer server_;
    FakeSystem system_;
    Options options_;
    std::string kernel_ = std::string(300'000, 'k');
    std::string first_initramfs_ = std::string(1'000'001, 'a'); ///< not a multiple of 4
    std::string second_initramfs_ = std::string(70'000, 'b');

private:
    struct Running;
    std::unique_ptr<Running> running_;
};

} // namespace farboot::agent::testing_agent
