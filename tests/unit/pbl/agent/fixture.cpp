#include "tests/unit/pbl/agent/fixture.hpp"

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <fstream>

namespace farboot::agent::testing_agent
{

using nlohmann::json;

struct AgentTest::Running {
    Running(FakeSystem& system, Site site, const Options& options)
        : log(options.consoles),
          agent(loop, system, log, std::move(site), options),
          started(agent.start()),
          thread([this] { loop.run(); })
    {
    }
    ~Running()
    {
        loop.stop();
        thread.join();
    }

    boost::asio::io_context loop{1};
    StageLog log;
    Agent agent;
    Result<void> started;
    std::thread thread;
};

AgentTest::AgentTest() : server_(keys_, authority_.issue())
{
    options_.etc = folder_.path() / "etc";
    options_.run = folder_.path() / "run";
    options_.consoles = {folder_.write("console", "")};
    options_.gui_start = "/bin/false";
    options_.text_menu = "";
    options_.tpm = "/nonexistent";
    options_.pc_key = "";
    options_.browser_user = std::to_string(::getuid());

    std::filesystem::create_directories(options_.etc);
    std::filesystem::create_directories(options_.run);
    folder_.write("etc/site.json", json{{"version", 1}, {"server", server_.url()}, {"language", "de"}}.dump());
    folder_.write("etc/ca.pem", authority_.certificate());
    folder_.write("etc/policy.dsse", sign("policy", policy_of(keys_, keys_.online).to_json(), keys_.policy));
    write_network();
    publish("debian-desktop");
    set_menu();
}

AgentTest::~AgentTest() = default;

rootfs::BootRecord AgentTest::boot_record(const std::string& series)
{
    rootfs::BootRecord record;
    record.header = {{"boot", series}, 3};
    record.title = "Debian für alle";
    record.kernel = server_.add_file(kernel_);
    record.initramfs = {server_.add_file(first_initramfs_), server_.add_file(second_initramfs_)};
    record.cmdline = "quiet splash";
    record.data = {{"settings.json", 65536}};
    return record;
}

void AgentTest::publish(const std::string& series, const std::function<void(rootfs::BootRecord&)>& alter)
{
    auto record = boot_record(series);
    if (alter)
        alter(record);
    server_.put_record("boot/" + series, sign("boot", record.to_json(), keys_.publisher));
}

void AgentTest::set_menu(const json& changes)
{
    json menu{{"version", 1},
              {"revision", 1},
              {"entries",
               {{{"id", 7},
                 {"kind", "system"},
                 {"record", "boot/debian-desktop"},
                 {"number", 3},
                 {"title", {{"de", "Debian"}, {"en", "Debian"}}}}}},
              {"auto", nullptr},
              {"gui", nullptr},
              {"sources", {{{"url", server_.url() + "/store"}}}},
              {"policy", 1}};
    menu.update(changes.is_null() ? json::object() : changes);
    server_.set_menu(menu.dump());
}

void AgentTest::write_network()
{
    folder_.write("run/network.json", R"({"version": 1, "mac": "52:54:00:12:34:56", "address": "10.0.2.15/24",
        "gateway": "10.0.2.2", "dns": ["10.0.2.3", "10.0.2.4"], "mtu": 1500, "lease": 3600,
        "dhcp": {"domain": "Chem.example.org", "serverid": "10.0.2.1", "opt224": "726f6f6d203132", "opt225": "0a"}})");
}

void AgentTest::set_gui_script(const std::string& body)
{
    options_.gui_start = folder_.write("gui-start", "#!/bin/sh\n" + body);
    std::filesystem::permissions(options_.gui_start, std::filesystem::perms::owner_all);
}

void AgentTest::start()
{
    auto site = Site::load(options_.etc);
    ASSERT_TRUE(site) << site.error().sentence;
    running_ = std::make_unique<Running>(system_, std::move(*site), options_);
    ASSERT_TRUE(running_->started) << running_->started.error().sentence;
}

std::unique_ptr<Face> AgentTest::start_watched()
{
    std::filesystem::remove(options_.run / "network.json");
    start();
    auto face = connect();
    write_network();
    return face;
}

void AgentTest::stop()
{
    running_.reset();
}

std::unique_ptr<Face> AgentTest::connect()
{
    auto face = std::make_unique<Face>(options_.run / "agent.sock");
    EXPECT_EQ(face->wait_event("hello").value("version", 0), 1);
    return face;
}

std::string AgentTest::console() const
{
    return read_small_file(options_.consoles.front()).value_or("");
}

std::string AgentTest::wait_console(const std::string& text)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (console().find(text) == std::string::npos) {
        if (std::chrono::steady_clock::now() > deadline) {
            ADD_FAILURE() << "\"" << text << "\" did not come; the console shows\n" << console();
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return console();
}

json AgentTest::error_of_boot(const std::string& record)
{
    auto face = connect();
    face->wait_state("menu");
    face->command("boot", record);
    return face->wait_state("error");
}

} // namespace farboot::agent::testing_agent
