// SPDX-License-Identifier: Apache-2.0
// gRPC's side of `roost-bench wire`: an echo over mutual TLS. One thread and one completion queue at
// each end, which is what costs gRPC the least CPU. Usage: docs/benchmarks.md, "Echo programs".

#include <grpcpp/grpcpp.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "echo.grpc.pb.h"

using roost::bench::Echo;
using roost::bench::Message;

namespace {

[[noreturn]] void fail(const std::string &text) {
  std::cerr << "grpc-echo: " << text << std::endl;
  std::exit(1);
}

std::string file(const std::string &folder, const char *name) {
  std::ifstream stream(folder + "/" + name, std::ios::binary);
  if (!stream) fail("can't read " + folder + "/" + name);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

// One call that is served, from its arrival to its answer; then the next.
class Served {
 public:
  Served(Echo::AsyncService &service, grpc::ServerCompletionQueue &queue)
      : service_(service), queue_(queue), answer_(&context_) {
    service_.RequestSay(&context_, &request_, &answer_, &queue_, &queue_, this);
  }

  void proceed(bool ok) {
    if (answered_ || !ok) {
      if (ok) new Served(service_, queue_);
      delete this;
      return;
    }
    answered_ = true;
    reply_.set_payload(request_.payload());
    answer_.Finish(reply_, grpc::Status::OK, this);
  }

 private:
  Echo::AsyncService &service_;
  grpc::ServerCompletionQueue &queue_;
  grpc::ServerContext context_;
  Message request_, reply_;
  grpc::ServerAsyncResponseWriter<Message> answer_;
  bool answered_ = false;
};

int serve(const std::string &folder) {
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = file(folder, "ca.crt");
  options.pem_key_cert_pairs.push_back({file(folder, "controller.key"), file(folder, "controller.crt")});
  Echo::AsyncService service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port);
  builder.RegisterService(&service);
  const auto queue = builder.AddCompletionQueue();
  const auto server = builder.BuildAndStart();
  if (!server || port == 0) fail("can't listen on 127.0.0.1");
  std::cout << "127.0.0.1:" << port << std::endl;
  // As many calls as may be under way at once.
  for (int i = 0; i < 128; i++) new Served(service, *queue);
  void *tag = nullptr;
  bool ok = false;
  while (queue->Next(&tag, &ok)) static_cast<Served *>(tag)->proceed(ok);
  return 0;
}

struct Call {
  grpc::ClientContext context;
  Message reply;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<Message>> reader;
};

// Keeps calls under way until enough have been answered.
void make_calls(Echo::Stub &stub, long count, long in_flight) {
  Message request;
  request.set_payload(std::string(200, 'x'));
  grpc::CompletionQueue queue;
  long begun = 0;
  const auto begin = [&] {
    auto *call = new Call;
    call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    call->reader = stub.AsyncSay(&call->context, request, &queue);
    call->reader->Finish(&call->reply, &call->status, call);
    begun++;
  };
  while (begun < in_flight && begun < count) begin();
  for (long answered = 0; answered < count; answered++) {
    void *tag = nullptr;
    bool ok = false;
    if (!queue.Next(&tag, &ok) || !ok) fail("a call did not end");
    const std::unique_ptr<Call> call(static_cast<Call *>(tag));
    if (!call->status.ok()) fail("a call failed: " + call->status.error_message());
    if (call->reply.payload() != request.payload()) fail("a reply is not the request");
    if (begun < count) begin();
  }
}

long nanoseconds(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) fail("can't read a process's CPU time");
  return time.tv_sec * 1000000000L + time.tv_nsec;
}

int call(const std::string &folder, const std::string &address, pid_t server, long count,
         long in_flight) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = file(folder, "ca.crt");
  options.pem_private_key = file(folder, "node.key");
  options.pem_cert_chain = file(folder, "node.crt");
  const auto stub = Echo::NewStub(grpc::CreateChannel(address, grpc::SslCredentials(options)));
  clockid_t served = 0;
  if (clock_getcpuclockid(server, &served) != 0) fail("the server does not run");
  make_calls(*stub, count / 10 + 1, in_flight);
  const long ours = nanoseconds(CLOCK_PROCESS_CPUTIME_ID), theirs = nanoseconds(served);
  make_calls(*stub, count, in_flight);
  std::cout << nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - ours << " "
            << nanoseconds(served) - theirs << std::endl;
  return 0;
}

}  // namespace

int main(int count, char **words) {
  const std::vector<std::string> w(words + 1, words + count);
  if (w.size() == 2 && w[0] == "serve") return serve(w[1]);
  if (w.size() == 6 && w[0] == "call") {
    return call(w[1], w[2], std::atoi(w[3].c_str()), std::atol(w[4].c_str()),
                std::atol(w[5].c_str()));
  }
  fail("usage: serve FOLDER | call FOLDER ADDRESS SERVER CALLS AT_ONCE");
}
