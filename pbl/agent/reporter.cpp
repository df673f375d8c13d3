#include "pbl/agent/reporter.hpp"

#include "rootfs/base/pause.hpp"
#include "rootfs/fetch/magic_packet.hpp"

#include <memory>

namespace farboot::agent
{

using nlohmann::json;

Reporter::Reporter(boost::asio::io_context& loop, StageLog& log, const Site& site, Events events)
    : loop_(loop),
      log_(log),
      events_(std::move(events)),
      api_(site.server, site.ca_file),
      timer_(loop),
      worker_(loop, [this](const std::string& what) { log_.note("reporting to the server failed: " + what); })
{
}

bool Reporter::begin(const Registered& registered)
{
    session_ = registered.session;
    again_ = registered.again;
    wait();
    if (!registered.command)
        return false;
    done_ = registered.command->id;
    events_.command(*registered.command);
    return true;
}

void Reporter::in_menu()
{
    if (!session_.empty() && !leaving_)
        report({{"state", "preboot"}});
}

void Reporter::pause()
{
    timer_.cancel();
    worker_.stop();
}

void Reporter::leave(const std::string& ending, std::function<void()> then)
{
    if (session_.empty())
        return then();
    leaving_ = true;
    const auto once = [then = std::make_shared<std::function<void()>>(std::move(then))] {
        if (auto now = std::exchange(*then, nullptr))
            now();
    };
    json body{{"state", "off"}, {"ending", ending}};
    if (const auto command = std::exchange(done_, 0))
        body["done"] = {{"id", command}, {"outcome", "done"}};
    worker_.start([this, body, session = session_, once](std::stop_token stop) -> Worker::Continuation {
        static_cast<void>(api_.tell("report", body, session, std::move(stop)));
        return once;
    });
    timer_.expires_after(std::chrono::seconds(leave_seconds));
    timer_.async_wait([once](boost::system::error_code error) {
        if (!error)
            once();
    });
}

void Reporter::wait()
{
    if (session_.empty() || leaving_)
        return;
    // A room full of PCs that were switched on together does not ask together.
    timer_.expires_after(rootfs::up_to_half_more(std::chrono::milliseconds(again_ * 800)));
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error)
            in_menu();
    });
}

void Reporter::report(json body)
{
    body["stages"] = stages_json(log_);
    if (done_ != 0)
        body["done"] = {{"id", done_}, {"outcome", "done"}};
    worker_.start([this, body = std::move(body), session = session_](std::stop_token stop) -> Worker::Continuation {
        auto answer = api_.tell("report", body, session, std::move(stop));
        return [this, answer = std::move(answer)] { answered(answer); };
    });
}

void Reporter::answered(const Result<std::string>& answer)
{
    if (!answer && answer.error().reason == "http-401") {
        session_.clear();
        return events_.hello();
    }
    if (!answer)
        return wait();
    done_ = 0;
    const auto body = json::parse(*answer, nullptr, false);
    if (body.is_object()) {
        rootfs::wake_all(body.value("wake", json()));
        if (const auto command = PcCommand::parse(body.value("command", json()))) {
            done_ = command->id;
            events_.command(*command);
        } else if (body.value("hello", json()) == true) {
            return events_.hello();
        }
    }
    wait();
}

} // namespace farboot::agent
